// Sizes, names and words of the source tree.
#include <gtest/gtest.h>

#include <regex>

#include "tidy/tree.hpp"

namespace bizcomms::tidy {
namespace {

TEST(Tree, IsRead) {
  EXPECT_GT(tree().size(), 100U);
  EXPECT_FALSE(file("src/main.cpp").lines.empty());
}

TEST(Sizes, NoSourceFileIsLongerThan400Lines) {
  for (const auto& file : tree()) {
    if (file.is_cpp()) { EXPECT_LE(file.lines.size(), 400U) << file.path; }
  }
}

// Names that say nothing. The pattern is put together so that this file does not match itself.
TEST(Names, NothingIsCalledByAWordWithoutMeaning) {
  const std::regex of_file("(^|[/_])(util|utils|common|manager|helper|helpers|misc)([_./]|$)");
  const std::regex of_type(R"(\b(?:class|struct|namespace)\s+\w*(?:Uti)"
                           R"(ls?|Common|Mana)"
                           R"(ger|Hel)"
                           R"(per|uti)"
                           R"(ls)\b)");
  for (const auto& file : tree()) {
    EXPECT_FALSE(std::regex_search(file.path, of_file)) << file.path;
    if (!file.is_cpp()) { continue; }
    for (std::size_t i = 0; i < file.lines.size(); ++i) { EXPECT_FALSE(std::regex_search(file.lines[i], of_type)) << place(file, i); }
  }
}

TEST(Words, NothingIsLeftToBeDone) {
  const std::regex marks(R"(\b(?:TO)"
                         R"(DO|FIX)"
                         R"(ME|XX)"
                         R"(X)\b)");
  for (const auto& file : tree()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) { EXPECT_FALSE(std::regex_search(file.lines[i], marks)) << place(file, i); }
  }
}

TEST(Words, NothingPointsOutsideTheRepository) {
  const std::regex outside(R"((?:^|[\s"'(=])/wo)"
                           R"(rk/|\.\./sha)"
                           R"(red/)");
  for (const auto& file : tree()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) { EXPECT_FALSE(std::regex_search(file.lines[i], outside)) << place(file, i); }
  }
}

// Only base sleeps, through its stop token.
TEST(Words, NothingSleepsByItself) {
  const std::regex sleeping(R"(this_thread::sleep|\bu?sleep\s*\(|\bnanosleep\s*\()");
  for (const auto& file : tree()) {
    if (!file.is_cpp() || file.is_under("src/base/")) { continue; }
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(without_literals(without_comment(file.lines[i])), sleeping)) << place(file, i);
    }
  }
}

TEST(Words, OnlyTheStoreSpeaksSql) {
  const std::regex sql(R"(\b(?:select\b.+\bfrom|insert\s+into|delete\s+from|update\s+\w+\s+set|(?:create|alter|drop)\s+table)\b)",
                       std::regex::icase);
  for (const auto& file : tree()) {
    const bool product = file.is_under("src/") || file.is_under("include/");
    if (!product || !file.is_cpp() || module_of(file) == "store" || module_of(file) == "db") { continue; }
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      EXPECT_FALSE(std::regex_search(without_comment(file.lines[i]), sql)) << place(file, i);
    }
  }
}

TEST(Words, ScriptsStopAtTheFirstFailure) {
  for (const auto& file : tree()) {
    if (file.lines.empty() || file.lines.front() != "#!/bin/bash") { continue; }
    EXPECT_NE(file.text().find("\nset -euo pipefail\n"), std::string::npos) << file.path;
  }
}

}  // namespace
}  // namespace bizcomms::tidy
