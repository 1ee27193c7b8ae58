// What documents say and the binary prints must be the same.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "support/process.hpp"
#include "tidy/metrics.hpp"
#include "tidy/tree.hpp"

namespace bizcomms::tidy {
namespace {

std::string printed(const std::string& form) {
  const auto finished = test::run({std::string(BUILD_DIR) + "/bizcomms", "config", form});
  EXPECT_EQ(finished.code, 0) << finished.output;
  return finished.output;
}

TEST(Documents, TheDefaultFileIsFresh) {
  EXPECT_EQ(file("config/bizcomms.toml").text(), printed("--toml")) << "run: bizcomms config --toml > config/bizcomms.toml";
}

TEST(Documents, TheOptionTableOfTheReadmeIsFresh) {
  const auto readme = file("README.md").text();
  const std::string begin = "<!-- options: written by bizcomms config --markdown -->\n";
  const auto from = readme.find(begin);
  const auto to = readme.find("<!-- end of options -->");
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  EXPECT_EQ(readme.substr(from + begin.size(), to - from - begin.size()), printed("--markdown")) << "run: scripts/refresh_documents";
}

// Both ways: every metric that the code makes has its row, with its type, labels and meaning, and every row is made.
TEST(Documents, TheMetricsTableIsFresh) {
  EXPECT_GT(made_metrics().size(), 60U);
  auto page = file("METRICS.md").text();
  const std::string begin = "<!-- metrics: written by scripts/refresh_documents -->\n";
  const auto from = page.find(begin);
  const auto to = page.find("<!-- end of metrics -->");
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  page.replace(from + begin.size(), to - from - begin.size(), metrics_table());
  if (std::getenv("REFRESH_DOCUMENTS") != nullptr) {  // NOLINT(concurrency-mt-unsafe): nothing in a test sets variables
    std::ofstream(SOURCE_DIR "/METRICS.md") << page;
  } else {
    EXPECT_EQ(file("METRICS.md").text(), page) << "run: scripts/refresh_documents";
  }
}

TEST(Documents, EveryMakeTargetHasItsLineOfHelp) {
  for (const auto& line : file("Makefile").lines) {
    const auto colon = line.find(':');
    const bool target = colon != std::string::npos && line.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == colon;
    if (target) { EXPECT_NE(line.find("## "), std::string::npos) << line; }
  }
}

}  // namespace
}  // namespace bizcomms::tidy
