#include "worker/judgement.hpp"

#include <gtest/gtest.h>

namespace bizcomms::worker {
namespace {

using namespace std::chrono_literals;
using alert::Candidate;
using alert::Channel;
using Kind = Judgement::Kind;

const Time k_start{1'767'268'800s};
constexpr Millis k_past_grace = 7min;

alert::Delivery unknown(int looks, Channel channel = Channel::sms, int attempt = 1) {
  alert::Delivery delivery;
  delivery.id.channel = channel;
  delivery.attempt = {.state = alert::AttemptState::unknown, .number = attempt, .looks = looks, .started_at = k_start};
  return delivery;
}

Candidate candidate(const char* sid, bool same_body, Millis after = 1s) {
  return {.sid = sid, .same_body = same_body, .created_at = k_start + after};
}

Judgement judged(const alert::Delivery& delivery, Millis since_start, const std::optional<Seen>& seen) {
  return judge(delivery, k_start + since_start, seen, {});
}

TEST(Judgement, FindsAMessageOfTheSameText) {
  const auto judgement = judged(unknown(0), 20s, Seen{{candidate("SM1", false), candidate("SM2", true)}, {false, false}});
  EXPECT_EQ(judgement.kind, Kind::found);
  EXPECT_EQ(judgement.sid, "SM2");
}

TEST(Judgement, TakesTheNearestOfEqualTexts) {
  const auto judgement = judged(unknown(0), 20s, Seen{{candidate("SM1", true, 5min), candidate("SM2", true, 2s)}, {false, false}});
  EXPECT_EQ(judgement.sid, "SM2");
}

TEST(Judgement, PassesOverWhatOthersHaveClaimed) {
  const auto judgement = judged(unknown(1), k_past_grace, Seen{{candidate("SM1", true)}, {true}});
  EXPECT_EQ(judgement.kind, Kind::absent);
}

TEST(Judgement, IsAbsentOnlyAfterTwoLooksAndTheGrace) {
  const Seen nothing;
  EXPECT_EQ(judged(unknown(0), 20s, nothing).kind, Kind::cannot_tell);
  EXPECT_TRUE(judged(unknown(0), 20s, nothing).looked);
  EXPECT_EQ(judged(unknown(5), 6min, nothing).kind, Kind::cannot_tell);
  EXPECT_EQ(judged(unknown(0), k_past_grace, nothing).kind, Kind::cannot_tell);
  EXPECT_EQ(judged(unknown(1), k_past_grace, nothing).kind, Kind::absent);
}

TEST(Judgement, IsNeverAbsentWhileAForeignTextIsUnclaimed) {
  const auto judgement = judged(unknown(5), k_past_grace, Seen{{candidate("SM1", false)}, {false}});
  EXPECT_EQ(judgement.kind, Kind::cannot_tell);
  EXPECT_FALSE(judgement.looked);
}

TEST(Judgement, TakesACallOnlyWhenItIsTheOnlyOpenOne) {
  const auto one = judged(unknown(0, Channel::voice), 20s, Seen{{candidate("CA1", true), candidate("CA2", true)}, {true, false}});
  EXPECT_EQ(one.kind, Kind::found);
  EXPECT_EQ(one.sid, "CA2");
  const auto two = judged(unknown(3, Channel::voice), k_past_grace, Seen{{candidate("CA1", true), candidate("CA2", true)}, {false, false}});
  EXPECT_EQ(two.kind, Kind::cannot_tell);
}

TEST(Judgement, TakesNoCallThatMayBeAnothersWhoseEndIsOpen) {
  const auto judgement = judged(unknown(3, Channel::voice), k_past_grace, Seen{{candidate("CA1", true)}, {false}, true});
  EXPECT_EQ(judgement.kind, Kind::cannot_tell);
  EXPECT_FALSE(judgement.looked);
  EXPECT_EQ(judged(unknown(3, Channel::voice), k_past_grace, Seen{{candidate("CA1", true)}, {true}, true}).kind, Kind::absent);
}

TEST(Judgement, AnotherCallCountsFromWhenItCouldHaveBeenTheOneSeen) {
  const alert::DeliverySettings settings;
  const Time since = contested_since(unknown(0, Channel::voice), settings);
  EXPECT_EQ(since, k_start - 1min - settings.lease - settings.request_timeout);
}

TEST(Judgement, CannotTellWithoutLists) {
  const auto judgement = judged(unknown(5), k_past_grace, std::nullopt);
  EXPECT_EQ(judgement.kind, Kind::cannot_tell);
  EXPECT_FALSE(judgement.looked);
  EXPECT_GT(judgement.look_in, 0ms);
}

TEST(Judgement, GivesUpAfterADay) {
  const auto judgement = judged(unknown(5), 24h, Seen{{candidate("SM1", false)}, {false}});
  EXPECT_EQ(judgement.kind, Kind::given_up);
  EXPECT_EQ(judgement.reason, "Outcome unknown, not sent again.");
  EXPECT_EQ(judged(unknown(5), 24h, std::nullopt).kind, Kind::given_up);
}

TEST(Judgement, StillFindsAfterADay) { EXPECT_EQ(judged(unknown(5), 30h, Seen{{candidate("SM1", true)}, {false}}).kind, Kind::found); }

TEST(Judgement, FailsWhenTheLastAttemptWasNotTakenEither) {
  const auto judgement = judged(unknown(1, Channel::sms, 5), k_past_grace, Seen{});
  EXPECT_EQ(judgement.kind, Kind::given_up);
  EXPECT_EQ(judgement.reason, "The provider took none of 5 attempts.");
}

}  // namespace
}  // namespace bizcomms::worker
