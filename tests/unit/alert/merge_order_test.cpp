// Whatever the order in which reports come, and however often, the end is the same and nothing moves backwards.
#include <algorithm>

#include <gtest/gtest.h>

#include "bizcomms/alert/delivery.hpp"

namespace bizcomms::alert::in_any_order {
namespace {

using namespace std::chrono_literals;

const Time k_start{1'767'268'800s};

AttemptToken token(std::uint8_t number) {
  AttemptToken made;
  made.uuid.bytes[15] = number;
  return made;
}

Report report(ReportKind kind, int rank, const char* sid, std::uint8_t of_token, int second) {
  Report made{.token = token(of_token), .sid = sid, .rank = rank, .kind = kind, .at = k_start + std::chrono::seconds{second}};
  if (kind == ReportKind::failed) { made.error_code = 30000 + of_token; }
  return made;
}

bool operator==(const VisibleDelivery& a, const VisibleDelivery& b) {
  return a.status == b.status && a.sid == b.sid && a.sent_at == b.sent_at && a.delivered_at == b.delivered_at &&
         a.acknowledged_at == b.acknowledged_at && a.error_code == b.error_code && a.reason == b.reason;
}

using Set = std::vector<Report>;

Set with_pressed_key(Set set) {
  set.back().acknowledged = true;
  return set;
}

// The life of one message.
const Set k_delivered{report(ReportKind::accepted, 1, "SM2", 2, 1), report(ReportKind::accepted, 2, "SM2", 2, 2),
                      report(ReportKind::sent, 3, "SM2", 2, 3), report(ReportKind::delivered, 4, "SM2", 2, 4)};
const Set k_failed{report(ReportKind::accepted, 1, "SM2", 2, 1), report(ReportKind::sent, 3, "SM2", 2, 3),
                   report(ReportKind::failed, 4, "SM2", 2, 4)};
const Set k_sent{report(ReportKind::accepted, 0, "SM2", 2, 1), report(ReportKind::sent, 3, "SM2", 2, 3)};
// Of the attempt before, which was thought refused.
const Set k_earlier_sent{report(ReportKind::accepted, 1, "SM1", 1, 5), report(ReportKind::sent, 3, "SM1", 1, 6)};
const Set k_earlier_delivered{report(ReportKind::sent, 3, "SM1", 1, 5), report(ReportKind::delivered, 4, "SM1", 1, 6)};
const Set k_earlier_failed{report(ReportKind::sent, 3, "SM1", 1, 5), report(ReportKind::failed, 4, "SM1", 1, 6)};
const Set k_earlier_only_failed{report(ReportKind::failed, 4, "SM1", 1, 6)};

Set joined(Set a, const Set& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Attempt attempt(AttemptState state) {
  Attempt made{.token = token(2), .state = state, .number = 2, .started_at = k_start};
  if (state == AttemptState::sent) {
    made.sid = "SM2";
    made.sent_at = k_start;
  }
  if (state == AttemptState::failed) { made.error_code = 21211; }
  return made;
}

const AttemptState k_states[] = {AttemptState::sending, AttemptState::sent,   AttemptState::retry,
                                 AttemptState::unknown, AttemptState::failed, AttemptState::cancelled};

void expect_one_end(const Attempt& of, Set set, bool with_sid) {
  std::vector<std::size_t> order(set.size());
  for (std::size_t i = 0; i < order.size(); ++i) { order[i] = i; }
  std::optional<VisibleDelivery> end;
  do {
    std::optional<Reports> half;
    for (const std::size_t i : order) {
      half = merged(of, half, set[i]);
      half = merged(of, half, set[order.front()]);  // and the first again and again
    }
    VisibleDelivery seen = visible(of, half);
    if (!with_sid) { seen.sid.reset(); }
    if (!end) { end = seen; }
    ASSERT_TRUE(seen == *end) << "status " << to_string(seen.status) << " instead of " << to_string(end->status);
    ASSERT_EQ(is_settled(of, half), is_settled(of, merged(of, half, set[0])));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(MergeOrder, OneMessageEndsTheSameInEveryOrder) {
  for (const AttemptState state : k_states) {
    for (const Set& set : {k_sent, k_delivered, k_failed, with_pressed_key(k_sent), with_pressed_key(k_delivered)}) {
      expect_one_end(attempt(state), set, true);
    }
  }
}

TEST(MergeOrder, TwoMessagesEndTheSameInEveryOrder) {
  for (const AttemptState state : k_states) {
    for (const Set& current : {k_sent, k_delivered, k_failed}) {
      for (const Set& earlier : {k_earlier_sent, k_earlier_delivered, k_earlier_failed, k_earlier_only_failed}) {
        expect_one_end(attempt(state), joined(current, earlier), true);
      }
    }
  }
}

TEST(MergeOrder, ThreeMessagesEndTheSameInEveryOrder) {
  const Set oldest{report(ReportKind::sent, 3, "SM0", 9, 7), report(ReportKind::failed, 4, "SM0", 9, 8)};
  for (const AttemptState state : {AttemptState::sent, AttemptState::retry}) {
    for (const Set& earlier : {k_earlier_sent, k_earlier_delivered}) {
      expect_one_end(attempt(state), joined(joined(k_sent, earlier), oldest), false);
    }
  }
}

// Where a delivery can get to by reports alone.
int progress(DeliveryStatus status, bool lifted) {
  switch (status) {
    case DeliveryStatus::delivered:
      return 4;
    case DeliveryStatus::sent:
      return lifted ? 3 : 1;
    case DeliveryStatus::failed:
      return 2;
    default:
      return 0;
  }
}

void expect_no_way_back(const Attempt& of, const Set& set) {
  std::vector<std::size_t> order(set.size());
  for (std::size_t i = 0; i < order.size(); ++i) { order[i] = i; }
  do {
    std::optional<Reports> half;
    bool lifted = false;  // an earlier attempt's message is known to be on its way
    int reached = of.state == AttemptState::failed ? 0 : progress(visible(of, half).status, false);
    for (const std::size_t i : order) {
      half = merged(of, half, set[i]);
      lifted = lifted || (set[i].token != of.token && set[i].kind != ReportKind::failed);
      const DeliveryStatus status = visible(of, half).status;
      const int now = of.state == AttemptState::failed && half->rank < 0 ? 0 : progress(status, lifted);
      ASSERT_GE(now, reached) << "back to " << to_string(status);
      reached = now;
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(MergeOrder, NothingMovesBackwards) {
  for (const AttemptState state : k_states) {
    for (const Set& current : {k_sent, k_delivered, k_failed}) {
      expect_no_way_back(attempt(state), current);
      for (const Set& earlier : {k_earlier_sent, k_earlier_delivered, k_earlier_failed}) {
        expect_no_way_back(attempt(state), joined(current, earlier));
      }
    }
  }
}

TEST(MergeOrder, ContradictingFinalReportsNeverChangeWhatWasShown) {
  Set set = joined(k_delivered, {report(ReportKind::failed, 4, "SM2", 2, 5)});
  expect_no_way_back(attempt(AttemptState::sent), set);
}

TEST(MergeOrder, OnceTakenNoFurtherAttemptBeginsInAnyOrder) {
  const Attempt of = attempt(AttemptState::retry);
  const Set set = joined(k_failed, k_earlier_sent);
  std::vector<std::size_t> order{0, 1, 2, 3, 4};
  do {
    std::optional<Reports> half;
    for (const std::size_t i : order) {
      half = merged(of, half, set[i]);
      ASSERT_FALSE(may_begin_again(of, half));
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace bizcomms::alert::in_any_order
