// src/CMakeLists.txt is the truth about who may include whom; this holds the sources to it.
#include <gtest/gtest.h>

#include <algorithm>

#include "tidy/tree.hpp"

namespace bizcomms::tidy {
namespace {

const Module* find_module(const std::vector<Module>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Module& module) { return module.name == name; });
  return found == all.end() ? nullptr : &*found;
}

TEST(Layers, EachModuleUsesOnlyThoseAboveItsLine) {
  std::set<std::string> above;
  for (const auto& module : modules()) {
    for (const auto& used : module.uses) { EXPECT_TRUE(above.contains(used)) << module.name << " uses " << used; }
    above.insert(module.name);
  }
  EXPECT_GE(above.size(), 14U);
}

TEST(Layers, AModuleIncludesOnlyWhatItUses) {
  const auto all = modules();
  for (const auto& file : tree()) {
    const auto* module = find_module(all, module_of(file));
    if (module == nullptr || !file.is_cpp()) { continue; }
    for (const auto& include : includes(file)) {
      constexpr std::string_view k_public = "bizcomms/";
      if (include.angled || !include.name.starts_with(k_public)) { continue; }
      const auto rest = include.name.substr(k_public.size());
      const auto other = rest.substr(0, rest.find('/'));
      EXPECT_TRUE(other == module->name || module->uses.contains(other))
          << file.path << ":" << include.line << " includes " << include.name;
    }
  }
}

TEST(Layers, PrivateHeadersStayInTheirModule) {
  for (const auto& file : tree()) {
    const auto module = module_of(file);
    if (module.empty() || !file.is_cpp()) { continue; }
    for (const auto& include : includes(file)) {
      if (include.angled || include.name.starts_with("bizcomms/")) { continue; }
      EXPECT_TRUE(include.name.starts_with(module + "/")) << file.path << ":" << include.line << " includes " << include.name;
      EXPECT_FALSE(file.is_under("include/")) << file.path << ":" << include.line << " includes a private header";
    }
  }
}

struct ThirdParty {
  std::string prefix;
  std::string module;  // that hides it
};
const std::vector<ThirdParty> k_third_party{{"spdlog/", "base"}, {"prometheus/", "base"}, {"openssl/", "crypto"}, {"rapidjson/", "json"},
                                            {"curl/", "http"},   {"boost/", "http"},      {"libpq-fe.h", "db"},   {"CLI/", "app"},
                                            {"toml++/", "app"},  {"pugixml.hpp", "aws"}};

TEST(Layers, EachThirdPartyLibraryIsHiddenInOneModule) {
  for (const auto& file : tree()) {
    const auto module = module_of(file);
    if (!file.is_cpp()) { continue; }
    for (const auto& include : includes(file)) {
      for (const auto& library : k_third_party) {
        if (!include.angled || !include.name.starts_with(library.prefix)) { continue; }
        const bool allowed = !file.is_under("include/") &&
                             (module == library.module || file.is_under("tests/unit/" + library.module) || file.is_under("benchmarks/"));
        EXPECT_TRUE(allowed) << file.path << ":" << include.line << " includes " << include.name << ", which belongs to " << library.module;
      }
    }
  }
}

// Standard headers have no slash and no ending; the system's end in .h.
TEST(Layers, PublicHeadersIncludeOnlyTheStandardLibraryFmtAndEachOther) {
  for (const auto& file : tree()) {
    if (!file.is_under("include/")) { continue; }
    for (const auto& include : includes(file)) {
      if (!include.angled) { continue; }
      const bool standard = include.name.find_first_of("/.") == std::string::npos;
      EXPECT_TRUE(standard || include.name.starts_with("fmt/")) << file.path << ":" << include.line << " includes " << include.name;
    }
  }
}

TEST(Layers, EveryHeaderIsGuarded) {
  for (const auto& file : tree()) {
    if (file.path.ends_with(".hpp")) { EXPECT_NE(file.text().find("#pragma once\n"), std::string::npos) << file.path; }
  }
}

}  // namespace
}  // namespace bizcomms::tidy
