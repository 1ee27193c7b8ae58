#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

namespace {

using Answers = Result<std::vector<bool>>;

}  // namespace

TEST_P(OutboxContract, HandsOutInOrderAndOnlyOnce) {
  std::vector<AlertId> made;
  for (int i = 0; i < 5; ++i) { made.push_back(add_alert().id); }
  const auto events = relayed();
  ASSERT_EQ(events.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) { EXPECT_EQ(events[i].alert, made[i]); }
  EXPECT_TRUE(relayed().empty());
}

TEST_P(OutboxContract, HandsOutAsManyAsAskedFor) {
  for (int i = 0; i < 5; ++i) { add_alert(); }
  std::size_t handed = 0;
  const auto marked = outbox().relay(2, [&](std::span<const Event> events) {
    handed = events.size();
    return Answers(std::vector<bool>(events.size(), true));
  });
  ASSERT_TRUE(marked);
  EXPECT_EQ(*marked, 2);
  EXPECT_EQ(handed, 2U);
  EXPECT_EQ(relayed().size(), 3U);
}

TEST_P(OutboxContract, KeepsWhatWasNotPublished) {
  std::vector<AlertId> made;
  for (int i = 0; i < 3; ++i) { made.push_back(add_alert().id); }
  const auto marked = outbox().relay(10, [](std::span<const Event>) { return Answers(std::vector<bool>{true, false, true}); });
  ASSERT_TRUE(marked);
  EXPECT_EQ(*marked, 2);
  const auto rest = relayed();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].alert, made[1]);
}

TEST_P(OutboxContract, KeepsAllWhenPublishingFails) {
  add_alert();
  add_alert();
  const auto failed =
      outbox().relay(10, [](std::span<const Event>) { return Answers(Error{.code = ErrorCode::unavailable, .message = "No queue."}); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::unavailable);
  EXPECT_EQ(relayed().size(), 2U);
}

TEST_P(OutboxContract, HandsEachEventToOneOfMany) {
  for (int i = 0; i < 60; ++i) { add_alert(); }
  std::mutex mutex;
  std::map<AlertId, int> handed;
  std::atomic<int> marked = 0;
  at_once(4, [&](int) {
    for (int round = 0; round < 200 && marked < 60; ++round) {
      const auto done = outbox().relay(7, [&](std::span<const Event> events) {
        const std::scoped_lock lock(mutex);
        for (const Event& event : events) { ++handed[event.alert]; }
        return Answers(std::vector<bool>(events.size(), true));
      });
      ASSERT_TRUE(done);
      marked += *done;
    }
  });
  EXPECT_EQ(handed.size(), 60U);
  for (const auto& [alert, times] : handed) { EXPECT_EQ(times, 1); }
  EXPECT_TRUE(relayed().empty());
}

TEST_P(OutboxContract, WaitEndsWhenAnEventIsWritten) {
  const std::stop_source never;
  const auto begin = std::chrono::steady_clock::now();
  std::jthread waiting([&] { outbox().wait(60s, never.get_token()); });
  // It may begin to wait before or after the event is there: both must wake it.
  add_alert();
  waiting.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

TEST_P(OutboxContract, WaitEndsWhenStopIsAskedFor) {
  std::stop_source stop;
  const auto begin = std::chrono::steady_clock::now();
  std::jthread waiting([&] { outbox().wait(60s, stop.get_token()); });
  stop.request_stop();
  waiting.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

TEST_P(OutboxContract, WaitEndsByItself) {
  const std::stop_source never;
  outbox().wait(1ms, never.get_token());
  EXPECT_TRUE(relayed().empty());
}

}  // namespace bizcomms::contract
