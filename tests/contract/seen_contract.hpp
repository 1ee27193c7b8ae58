// The contract suite of SeenStories.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "bizcomms/alert/stories.hpp"

namespace bizcomms::contract {

struct SeenSubjectMaker {
  std::string name;
  std::function<std::unique_ptr<alert::SeenStories>()> make;  // fresh and empty; what it needs it owns
  std::string missing = {};                                   // why it cannot be had
};
inline std::ostream& operator<<(std::ostream& out, const SeenSubjectMaker& maker) { return out << maker.name; }

class SeenContract : public testing::TestWithParam<SeenSubjectMaker> {
protected:
  void SetUp() override {
    if (!GetParam().missing.empty()) { GTEST_SKIP() << GetParam().missing; }
    m_stories = GetParam().make();
  }
  alert::SeenStories& stories() { return *m_stories; }

private:
  std::unique_ptr<alert::SeenStories> m_stories;
};

}  // namespace bizcomms::contract
