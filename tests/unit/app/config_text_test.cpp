#include "app/config_text.hpp"

#include <gtest/gtest.h>

#include <set>

#include "app/config_file.hpp"
#include "app/options.hpp"

namespace bizcomms::app {
namespace {

TEST(OptionTable, NamesEveryOptionOnceInPlainWords) {
  Settings settings;
  std::set<std::string> names;
  for (const auto& group : options(settings)) {
    for (const auto& option : group.options) {
      EXPECT_TRUE(names.insert(option.name).second) << option.name << " is there twice";
      EXPECT_EQ(option.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos) << option.name;
      EXPECT_TRUE(option.docs.ends_with('.')) << option.name << ": " << option.docs;
      EXPECT_FALSE(option.roles.all().empty()) << option.name;
    }
  }
}

TEST(OptionTable, EveryDefaultIsWithinItsOwnLimits) {
  Settings settings;
  for (const auto& group : options(settings)) {
    for (const auto& option : group.options) {
      if (is_secret(option)) { continue; }
      const auto before = shown(option);
      const auto assigned = assign(option, before);
      EXPECT_TRUE(assigned || before.empty()) << option.name << " " << (assigned ? "" : assigned.error().message);
      EXPECT_EQ(shown(option), before) << option.name;
    }
  }
}

TEST(DefaultFile, IsReadBackAsTheDefaultsOnceUncommented) {
  Settings settings;
  const auto groups = options(settings);
  std::string text = default_file(groups);
  std::string uncommented;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    const auto line = text.substr(at, end - at);
    if (line.find(" = ") != std::string::npos) { uncommented += line.substr(2) + "\n"; }
    at = end + 1;
  }
  const auto entries = parse_config(uncommented, "bizcomms.toml");
  ASSERT_TRUE(entries) << entries.error().message << uncommented;
  std::map<std::string, std::string> read;
  for (const auto& entry : *entries) { read[entry.key] = entry.text; }
  for (const auto& group : groups) {
    for (const auto& option : group.options) { EXPECT_EQ(read[option.name], shown(option)) << option.name; }
  }
}

TEST(InForce, MasksSecretsAndNamesSources) {
  Secret token("very secret");
  std::string url = "postgres";
  const std::vector<OptionGroup> groups{{"All", {{"token", &token, "Secret.", Role::serve}, {"url", &url, "Where.", Role::serve}}}};
  const auto text = in_force(groups, {{"token", "environment BIZCOMMS_TOKEN"}});
  EXPECT_EQ(text, "# All\ntoken = \"********\"  # environment BIZCOMMS_TOKEN\nurl   = \"postgres\"  # default\n");
}

TEST(OptionTables, KeepTheBarsOfTheirCells) {
  std::string text = "a|b";
  const std::vector<OptionGroup> groups{{"All", {{"url", &text, "One or | another.", Role::serve | Role::work}}}};
  EXPECT_EQ(option_tables(groups),
            "**All**\n\n| option | default | meaning | used by |\n|---|---|---|---|\n| `--url` | `a\\|b` | One or \\| another. | serve, "
            "work |\n");
}

}  // namespace
}  // namespace bizcomms::app
