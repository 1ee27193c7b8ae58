#include "bizcomms/poller/poller.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace bizcomms::poller {
namespace {

using alert::Story;
using alert::StoryId;

const Error k_unavailable{.code = ErrorCode::unavailable, .message = "Not now."};

class Front final : public alert::StorySource {
public:
  Result<std::vector<StoryId>> top(int count) override {
    if (broken) { return k_unavailable; }
    return std::vector<StoryId>(ids.begin(), ids.begin() + std::min<std::ptrdiff_t>(count, std::ssize(ids)));
  }
  Result<std::optional<Story>> fetch(StoryId id) override {
    if (missing.contains(id)) { return k_unavailable; }
    if (jobs.contains(id)) { return std::optional<Story>{}; }
    return std::optional<Story>{Story{.id = id, .title = "t" + std::to_string(id), .url = "u"}};
  }
  std::vector<StoryId> ids;
  std::set<StoryId> missing;
  std::set<StoryId> jobs;
  bool broken = false;
};

class Memory final : public alert::SeenStories {
public:
  Result<std::vector<bool>> seen(std::span<const StoryId> wanted) override {
    std::vector<bool> out;
    for (const auto id : wanted) { out.push_back(ids.contains(id)); }
    return out;
  }
  Status mark(std::span<const StoryId> more) override {
    if (broken) { return k_unavailable; }
    ids.insert(more.begin(), more.end());
    return {};
  }
  Result<bool> any() override { return !ids.empty(); }
  std::set<StoryId> ids;
  bool broken = false;
};

class Desk final : public alert::StorySink {
public:
  Result<bool> active() override { return is_active; }
  Status raise(const Story& story) override {
    if (const auto found = refusals.find(story.id); found != refusals.end()) { return found->second; }
    raised.push_back(story.id);
    return {};
  }
  bool is_active = true;
  std::map<StoryId, Error> refusals;
  std::vector<StoryId> raised;
};

class PollerTest : public testing::Test {
protected:
  PollerTest() {
    for (StoryId id = 1; id <= 40; ++id) { front.ids.push_back(id); }
    memory.ids.insert(1000);  // not the first cycle ever
  }
  Summary run() {
    auto summary = make().run_once();
    EXPECT_TRUE(summary);
    return *summary;
  }
  Poller make() { return Poller(settings, front, memory, desk, Log::silent(), metrics, clock); }

  Settings settings;
  Front front;
  Memory memory;
  Desk desk;
  Metrics metrics;
  ManualClock clock;
};

TEST_F(PollerTest, RaisesTheTopThirtyOnce) {
  EXPECT_EQ(run().raised, 30);
  const auto again = run();
  EXPECT_EQ(again.raised, 0);
  EXPECT_EQ(again.known, 30);
  EXPECT_EQ(desk.raised.size(), 30U);
}

TEST_F(PollerTest, FirstCycleEverRaisesAFewAndLeavesOutTheOthers) {
  memory.ids.clear();
  const auto first = run();
  EXPECT_EQ(first.raised, 5);
  EXPECT_EQ(first.skipped, 25);
  EXPECT_EQ(desk.raised, (std::vector<StoryId>{1, 2, 3, 4, 5}));
  EXPECT_EQ(run().raised, 0);
}

TEST_F(PollerTest, FirstCycleThatDiesHalfWayDoesNotRaiseTheOthersLater) {
  memory.ids.clear();
  desk.refusals[2] = k_unavailable;
  EXPECT_EQ(run().raised, 1);
  desk.refusals.clear();
  EXPECT_EQ(run().raised, 4);
  EXPECT_EQ(desk.raised, (std::vector<StoryId>{1, 2, 3, 4, 5}));
}

TEST_F(PollerTest, FirstRunLimitOfThirtyRaisesAll) {
  memory.ids.clear();
  settings.first_run_limit = 30;
  EXPECT_EQ(run().raised, 30);
}

TEST_F(PollerTest, SkipsJobsForGoodAndTriesMissingItemsAgain) {
  front.jobs = {3};
  front.missing = {4};
  const auto summary = run();
  EXPECT_EQ(summary.skipped, 1);
  EXPECT_EQ(summary.waiting, 1);
  front.missing.clear();
  EXPECT_EQ(run().raised, 1);
  EXPECT_EQ(desk.raised.back(), 4);
}

TEST_F(PollerTest, OneRefusedStoryDoesNotHoldUpTheOthers) {
  desk.refusals[2] = Error{.code = ErrorCode::invalid, .message = "No."};
  const auto summary = run();
  EXPECT_EQ(summary.raised, 29);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_FALSE(memory.ids.contains(2));
}

TEST_F(PollerTest, StopsTheCycleWhereTheApiIsBusyAndGoesOnInTheNext) {
  desk.refusals[11] = Error{.code = ErrorCode::rate_limited, .message = "Slower.", .retry_after = Millis{9'000}};
  const auto summary = run();
  EXPECT_EQ(summary.raised, 10);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.waiting, 19);
  ASSERT_TRUE(summary.stopped_by);
  EXPECT_EQ(summary.stopped_by->retry_after, Millis{9'000});
  desk.refusals.clear();
  EXPECT_EQ(run().raised, 20);
}

TEST_F(PollerTest, StandbyDoesNotPoll) {
  desk.is_active = false;
  EXPECT_TRUE(run().standby);
  EXPECT_TRUE(desk.raised.empty());
}

TEST_F(PollerTest, TellsThatHackerNewsIsAway) {
  front.broken = true;
  EXPECT_EQ(make().run_once().error().code, ErrorCode::unavailable);
}

TEST_F(PollerTest, StopsWhenItCannotRememberWhatItRaised) {
  memory.broken = true;
  const auto summary = run();
  EXPECT_EQ(summary.raised, 1);
  EXPECT_TRUE(summary.stopped_by);
}

TEST_F(PollerTest, HonoursAStopBetweenStories) {
  std::stop_source stop;
  stop.request_stop();
  const auto summary = make().run_once(stop.get_token());
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->raised, 0);
  EXPECT_EQ(summary->waiting, 30);
}

TEST_F(PollerTest, RunningForEverEndsWhenTheKeyIsWrong) {
  desk.refusals[1] = Error{.code = ErrorCode::misconfigured, .message = "The key is wrong."};
  const auto status = make().run_every(std::chrono::hours{1}, {});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "The key is wrong.");
}

TEST_F(PollerTest, CountsAndDatesItsSuccess) {
  (void)run();
  const auto text = metrics.text();
  EXPECT_NE(text.find("bizcomms_poller_stories_total{outcome=\"raised\"} 30"), std::string::npos) << text;
  EXPECT_NE(text.find("bizcomms_poller_last_success_timestamp_seconds 17672688"), std::string::npos) << text;
}

TEST(ToSentence, SaysWhatHappened) {
  EXPECT_EQ(to_sentence(Summary{.raised = 1, .skipped = 2, .known = 27}), "Raised 1 story; 2 skipped, 0 failed, 0 waiting, 27 known.");
  EXPECT_EQ(to_sentence(Summary{.standby = true}), "This cell is on standby: nothing was polled.");
}

}  // namespace
}  // namespace bizcomms::poller
