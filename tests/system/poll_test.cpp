// The poller against real HackerNews items, served by the simulator from the fixtures.
#include <gtest/gtest.h>

#include <set>

#include "support/cell.hpp"
#include "system/on_ground.hpp"

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;

class Poll : public OnGround {
protected:
  void SetUp() override {
    cell.start_simulator({{"BIZCOMMS_STORIES", SOURCE_DIR "/tests/fixtures/hackernews"}});
    cell.start_serve();
  }
  Finished poll(std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), "poll");
    return cell.command(flags, {{"BIZCOMMS_API_URL", "http://" + cell.api_address()},
                                {"BIZCOMMS_API_KEY", cell.key()},
                                {"BIZCOMMS_HACKERNEWS_BASE_URL", "http://" + cell.simulator_address()}});
  }
  std::vector<std::string> raised() {
    std::vector<std::string> messages;
    const auto page = cell.call("GET", "/v1/alerts?limit=200");
    for (const auto& alert : page.json()["alerts"].elements()) {
      EXPECT_EQ(alert["title"].as_string(), "New HackerNews Story");
      messages.push_back(alert["message"].as_string().value_or(""));
    }
    return messages;
  }
  Cell cell{on_ground()};
};

INSTANTIATE_TEST_SUITE_P(On, Poll, k_both_grounds, name_of_ground);

TEST_P(Poll, RaisesEachStoryOnceAcrossRestarts) {
  const auto first = poll({"--first-run-limit", "30"});
  EXPECT_EQ(first.code, 0) << first.output;
  const auto messages = raised();
  EXPECT_EQ(messages.size(), 13U) << "15 top stories less a job and one that is not there yet";
  EXPECT_EQ(std::set<std::string>(messages.begin(), messages.end()).size(), messages.size());
  for (int restart = 0; restart < 2; ++restart) { EXPECT_EQ(poll({"--first-run-limit", "30"}).code, 0); }
  EXPECT_EQ(raised().size(), 13U);
}

TEST_P(Poll, TheFirstCycleEverRaisesFiveAndMarksTheOthersAsSeen) {
  EXPECT_EQ(poll().code, 0);
  EXPECT_EQ(raised().size(), 5U);
  EXPECT_EQ(poll().code, 0);
  EXPECT_EQ(raised().size(), 5U);
}

TEST_P(Poll, AWrongKeyIsSaidPlainly) {
  const auto result = cell.command({"poll"}, {{"BIZCOMMS_API_URL", "http://" + cell.api_address()},
                                              {"BIZCOMMS_API_KEY", "not-a-key-of-this-cell"},
                                              {"BIZCOMMS_HACKERNEWS_BASE_URL", "http://" + cell.simulator_address()}});
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.output.find("key"), std::string::npos) << result.output;
  EXPECT_EQ(result.output.find("not-a-key-of-this-cell"), std::string::npos) << "a key in the output";
}

}  // namespace
}  // namespace bizcomms::test
