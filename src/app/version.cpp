#include "app/version.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "app/commands.hpp"

namespace bizcomms::app {

std::string version_number() { return BIZCOMMS_VERSION; }

std::string version_text() {
#if defined(__clang__)
  const std::string compiler = "clang " __clang_version__;
#else
  const std::string compiler = "GCC " __VERSION__;
#endif
  return fmt::format("bizcomms {} (commit {}, {})", version_number(), k_commit, compiler);
}

int run_version(Context& /*context*/) {
  std::fputs((version_text() + "\n").c_str(), stdout);
  return k_done;
}

}  // namespace bizcomms::app
