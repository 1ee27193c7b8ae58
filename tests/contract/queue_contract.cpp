#include "contract/queue_contract.hpp"

#include <mutex>
#include <set>
#include <thread>

#include "contract/store_subject.hpp"

namespace bizcomms::contract {

using namespace alert;
using namespace std::chrono_literals;

namespace {

// Long enough that nothing comes back by itself; short enough to wait for.
const QueueSettings k_patient{.visibility = 1h};
const QueueSettings k_quick{.visibility = 200ms};
constexpr Millis k_quick_passed{250};

std::set<std::int32_t> numbers(const std::vector<Message>& messages) {
  std::set<std::int32_t> found;
  for (const Message& message : messages) { found.insert(message.event.batch); }
  return found;
}

}  // namespace

Event QueueContract::event(std::int32_t number, Lane lane) {
  AlertId alert;
  alert.uuid.bytes[15] = 7;
  return {.kind = EventKind::batch_ready, .alert = alert, .batch = number, .lane = lane, .epoch = 3, .trace = "00-trace"};
}

void QueueContract::publish(std::vector<Event> events) {
  const auto answers = queue().publish(events);
  ASSERT_TRUE(answers);
  EXPECT_EQ(*answers, std::vector<bool>(events.size(), true));
}

std::vector<Message> QueueContract::receive(int max, Lane lane) {
  const std::stop_source never;
  auto messages = queue().receive(lane, max, Millis{0}, never.get_token());
  EXPECT_TRUE(messages);
  return *messages;
}

Message QueueContract::receive_one() {
  const auto messages = receive(1);
  EXPECT_EQ(messages.size(), 1U);
  return messages.empty() ? Message{} : messages[0];
}

bool QueueContract::ack(const Message& message) {
  const auto answers = queue().ack(std::span(&message.receipt, 1));
  EXPECT_TRUE(answers);
  return answers->at(0);
}

QueueDepth QueueContract::depth(Lane lane) {
  const auto answer = queue().depth(lane);
  EXPECT_TRUE(answer);
  return *answer;
}

TEST_P(QueueContract, DeliversWhatWasPublished) {
  use(k_patient);
  const Event created{
      .kind = EventKind::alert_created, .alert = event(1).alert, .batch = 0, .lane = Lane::standard, .epoch = 9, .trace = "t"};
  publish({created});
  const Message message = receive_one();
  EXPECT_EQ(message.event, created);
  EXPECT_EQ(message.receives, 1);
  EXPECT_FALSE(message.receipt.empty());
  EXPECT_TRUE(ack(message));
  EXPECT_TRUE(receive().empty());
  EXPECT_EQ(depth().visible + depth().in_flight, 0);
}

TEST_P(QueueContract, HidesWhatWasReceived) {
  use(k_patient);
  publish({event(1), event(2)});
  EXPECT_EQ(receive(1).size(), 1U);
  EXPECT_EQ(receive(10).size(), 1U);
  EXPECT_TRUE(receive().empty());
}

TEST_P(QueueContract, TheTwoLanesAreApart) {
  use(k_patient);
  publish({event(1), event(2, Lane::urgent), event(3)});
  EXPECT_EQ(numbers(receive(10, Lane::urgent)), (std::set<std::int32_t>{2}));
  EXPECT_EQ(numbers(receive(10, Lane::standard)), (std::set<std::int32_t>{1, 3}));
}

TEST_P(QueueContract, DeliversAgainAfterTheVisibilityTimeout) {
  use(k_quick);
  publish({event(1)});
  const Message first = receive_one();
  pass(k_quick_passed);
  const Message second = receive_one();
  EXPECT_EQ(second.event, first.event);
  EXPECT_EQ(second.receives, 2);
  EXPECT_NE(second.receipt, first.receipt);
}

TEST_P(QueueContract, AStaleReceiptDoesNothing) {
  use({.visibility = 200ms, .receives_max = 10});
  publish({event(1)});
  const Message first = receive_one();
  pass(k_quick_passed);
  const Message second = receive_one();
  const std::vector<Receipt> receipts{first.receipt, second.receipt};
  EXPECT_EQ(*queue().extend(receipts), (std::vector<bool>{false, true}));
  const std::vector<Message> stale{first};
  EXPECT_EQ(*queue().give_back(stale, 0ms), std::vector<bool>{false});
  EXPECT_FALSE(ack(first));
  EXPECT_TRUE(ack(second));
  EXPECT_FALSE(ack(second));
  pass(k_quick_passed);
  EXPECT_TRUE(receive().empty());
}

TEST_P(QueueContract, ExtendingKeepsItHidden) {
  use({.visibility = 3s});
  publish({event(1)});
  const Message message = receive_one();
  pass(1600ms);
  EXPECT_EQ(*queue().extend(std::span(&message.receipt, 1)), std::vector<bool>{true});
  pass(1600ms);
  EXPECT_TRUE(receive().empty());  // it would be back by now
  EXPECT_TRUE(ack(message));
}

TEST_P(QueueContract, WhatWasReleasedComesBackAfterTheDelay) {
  use(k_patient);
  publish({event(1)});
  ASSERT_TRUE(queue().release(receive_one().receipt, 1s, "It broke."));
  EXPECT_TRUE(receive().empty());
  pass(1100ms);
  EXPECT_EQ(receive_one().receives, 2);
}

TEST_P(QueueContract, TheThirdFailureMakesADeadLetter) {
  use(k_patient);
  publish({event(1), event(2, Lane::urgent)});
  for (int i = 1; i <= 3; ++i) {
    const Message message = receive_one();
    EXPECT_EQ(message.receives, i);
    ASSERT_TRUE(queue().release(message.receipt, 0ms, "It broke."));
  }
  EXPECT_TRUE(receive().empty());
  EXPECT_EQ(depth().dead, 1);
  EXPECT_EQ(depth().visible, 0);
  const auto letters = queue().dead_letters(10, "");
  ASSERT_TRUE(letters);
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(letters->at(0).event, event(1));
  EXPECT_EQ(letters->at(0).receives, 3);
  EXPECT_EQ(letters->at(0).reason, "It broke.");
  EXPECT_NE(letters->at(0).dead_at, Time{});
}

TEST_P(QueueContract, WhatIsNeverAnsweredBecomesADeadLetterToo) {
  use(k_quick);
  publish({event(1)});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(receive().size(), 1U);
    pass(k_quick_passed);
  }
  EXPECT_TRUE(receive().empty());
  const auto letters = queue().dead_letters(10, "");
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_FALSE(letters->at(0).reason.empty());
}

TEST_P(QueueContract, ADeadLetterDoesNotStandInTheWayOfOthers) {
  use(k_patient);
  publish({event(1)});
  for (int i = 0; i < 3; ++i) { ASSERT_TRUE(queue().release(receive_one().receipt, 0ms, "It broke.")); }
  publish({event(2)});
  EXPECT_EQ(numbers(receive(1)), (std::set<std::int32_t>{2}));
}

TEST_P(QueueContract, GivingBackCountsForNothing) {
  use(k_patient);
  publish({event(1)});
  for (int i = 0; i < 10; ++i) {
    const Message message = receive_one();
    EXPECT_EQ(message.receives, 1);
    EXPECT_EQ(*queue().give_back(std::span(&message, 1), 0ms), std::vector<bool>{true});
  }
  EXPECT_EQ(receive_one().event, event(1));
  EXPECT_TRUE(receive().empty());
  EXPECT_TRUE(queue().dead_letters(10, "")->empty());
}

TEST_P(QueueContract, WhatWasGivenBackWaitsForTheDelay) {
  use(k_patient);
  publish({event(1)});
  const Message message = receive_one();
  ASSERT_TRUE(queue().give_back(std::span(&message, 1), 1s));
  EXPECT_TRUE(receive().empty());
  pass(1100ms);
  EXPECT_EQ(receive_one().event, event(1));
}

TEST_P(QueueContract, ReplaysADeadLetterOnce) {
  use(k_patient);
  publish({event(1)});
  for (int i = 0; i < 3; ++i) { ASSERT_TRUE(queue().release(receive_one().receipt, 0ms, "It broke.")); }
  EXPECT_TRUE(receive().empty());
  const auto letters = queue().dead_letters(10, "");
  ASSERT_EQ(letters->size(), 1U);
  ASSERT_TRUE(queue().replay(letters->at(0).id));
  EXPECT_EQ(queue().replay(letters->at(0).id).error().code, ErrorCode::not_found);
  EXPECT_TRUE(queue().dead_letters(10, "")->empty());
  const Message message = receive_one();
  EXPECT_EQ(message.event, event(1));
  EXPECT_EQ(message.receives, 1);
}

TEST_P(QueueContract, DoesNotReplayWhatIsNotThere) {
  use(k_patient);
  EXPECT_EQ(queue().replay("no such letter").error().code, ErrorCode::not_found);
  EXPECT_EQ(queue().replay("").error().code, ErrorCode::not_found);
}

TEST_P(QueueContract, ListsDeadLettersInPages) {
  use(k_patient);
  publish({event(1), event(2), event(3)});
  for (int i = 0; i < 3; ++i) {
    for (const Message& message : receive()) { ASSERT_TRUE(queue().release(message.receipt, 0ms, "It broke.")); }
  }
  EXPECT_TRUE(receive().empty());
  std::set<std::string> ids;
  std::string last;
  for (const std::size_t expected : {2U, 1U, 0U}) {
    const auto page = queue().dead_letters(2, last);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->size(), expected);
    for (const DeadLetter& letter : *page) {
      ids.insert(letter.id);
      last = letter.id;
    }
  }
  EXPECT_EQ(ids.size(), 3U);
}

TEST_P(QueueContract, KnowsItsDepth) {
  use(k_patient);
  publish({event(1), event(2), event(3), event(4, Lane::urgent)});
  receive(1);
  pass(50ms);
  const QueueDepth standard = depth();
  EXPECT_EQ(standard.visible, 2);
  EXPECT_EQ(standard.in_flight, 1);
  EXPECT_EQ(standard.dead, 0);
  EXPECT_GE(standard.oldest, 50ms);
  EXPECT_EQ(depth(Lane::urgent).visible, 1);
}

TEST_P(QueueContract, AnEmptyQueueHasNoDepth) {
  use(k_patient);
  const QueueDepth empty = depth();
  EXPECT_EQ(empty.visible + empty.in_flight + empty.dead, 0);
  EXPECT_EQ(empty.oldest, 0ms);
}

TEST_P(QueueContract, APublishWakesWhoWaits) {
  use(k_patient);
  const std::stop_source never;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Message> received;
  std::jthread waiting([&] {
    auto messages = queue().receive(Lane::standard, 1, 60s, never.get_token());
    if (messages) { received = *messages; }
  });
  publish({event(1)});
  waiting.join();
  EXPECT_EQ(received.size(), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

TEST_P(QueueContract, StoppingWakesWhoWaits) {
  use(k_patient);
  std::stop_source stop;
  const auto begin = std::chrono::steady_clock::now();
  std::jthread waiting([&] { EXPECT_TRUE(queue().receive(Lane::standard, 1, 60s, stop.get_token())); });
  stop.request_stop();
  waiting.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
}

TEST_P(QueueContract, OfManyReceivingAtOnceEachMessageHasOne) {
  use(k_patient);
  std::vector<Event> events;
  for (int i = 1; i <= 60; ++i) { events.push_back(event(i)); }
  publish(events);
  std::mutex mutex;
  std::multiset<std::int32_t> received;
  at_once(4, [&](int) {
    for (int round = 0; round < 30; ++round) {
      const auto messages = receive(3);
      const std::scoped_lock lock(mutex);
      for (const Message& message : messages) { received.insert(message.event.batch); }
    }
  });
  for (const Message& message : receive(100)) { received.insert(message.event.batch); }
  EXPECT_EQ(received.size(), 60U);
  EXPECT_EQ(std::set<std::int32_t>(received.begin(), received.end()).size(), 60U);
}

TEST_P(QueueContract, GroupsOfNothingAreFine) {
  use(k_patient);
  EXPECT_TRUE(queue().publish({}));
  EXPECT_TRUE(queue().ack({}));
  EXPECT_TRUE(queue().extend({}));
  EXPECT_TRUE(queue().give_back({}, 0ms));
}

TEST_P(QueueContract, DropsWhatIsOlderThanTheRetention) {
  use({.visibility = 1h, .retention = 100ms});
  publish({event(1)});
  pass(150ms);
  EXPECT_TRUE(receive().empty());
}

}  // namespace bizcomms::contract
