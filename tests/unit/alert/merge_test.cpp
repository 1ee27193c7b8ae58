#include <gtest/gtest.h>

#include "bizcomms/alert/delivery.hpp"

namespace bizcomms::alert {
namespace {

using namespace std::chrono_literals;
using Half = std::optional<Reports>;

const Time k_start{1'767'268'800s};

AttemptToken token(std::uint8_t number) {
  AttemptToken made;
  made.uuid.bytes[15] = number;
  return made;
}

Attempt attempt(AttemptState state) { return {.token = token(1), .state = state, .number = 1, .started_at = k_start}; }

Attempt sent(ProviderId sid = "SM1") {
  Attempt made = attempt(AttemptState::sent);
  made.sid = std::move(sid);
  made.sent_at = k_start + 1s;
  return made;
}

Report report(ReportKind kind, int rank, const ProviderId& sid = "SM1", std::uint8_t of_token = 1) {
  Report made{.token = token(of_token), .sid = sid, .rank = rank, .kind = kind, .at = k_start + Millis{rank * 1000 + 2000}};
  if (kind == ReportKind::failed) {
    made.error_code = 30006;
    made.reason = "The number is a landline.";
  }
  return made;
}

const Report k_queued = report(ReportKind::accepted, 1);
const Report k_sent = report(ReportKind::sent, 3);
const Report k_delivered = report(ReportKind::delivered, 4);
const Report k_failed = report(ReportKind::failed, 4);

Half after(const Attempt& of, std::initializer_list<Report> reports) {
  Half half;
  for (const Report& one : reports) { half = merged(of, half, one); }
  return half;
}

DeliveryStatus status(const Attempt& of, std::initializer_list<Report> reports) { return visible(of, after(of, reports)).status; }

TEST(Visible, WithoutReportsTheAttemptSpeaks) {
  EXPECT_EQ(status(attempt(AttemptState::sending), {}), DeliveryStatus::sending);
  EXPECT_EQ(status(sent(), {}), DeliveryStatus::sent);
  EXPECT_EQ(status(attempt(AttemptState::retry), {}), DeliveryStatus::pending);
  EXPECT_EQ(status(attempt(AttemptState::unknown), {}), DeliveryStatus::unknown);
  EXPECT_EQ(status(attempt(AttemptState::failed), {}), DeliveryStatus::failed);
  EXPECT_EQ(status(attempt(AttemptState::cancelled), {}), DeliveryStatus::cancelled);
}

TEST(Visible, TellsWhyTheAttemptFailed) {
  Attempt failed = attempt(AttemptState::failed);
  failed.error_code = 21211;
  failed.reason = "The number is not valid.";
  const auto seen = visible(failed, {});
  EXPECT_EQ(seen.error_code, 21211);
  EXPECT_EQ(seen.reason, "The number is not valid.");
}

TEST(Visible, TellsTimesAndSidOfADeliveredMessage) {
  const Attempt of = sent();
  const auto seen = visible(of, after(of, {k_sent, k_delivered}));
  EXPECT_EQ(seen.status, DeliveryStatus::delivered);
  EXPECT_EQ(seen.sid, "SM1");
  EXPECT_EQ(seen.sent_at, of.sent_at);
  EXPECT_EQ(seen.delivered_at, k_delivered.at);
  EXPECT_EQ(seen.error_code, std::nullopt);
  EXPECT_EQ(seen.reason, "");
}

TEST(Visible, TellsTheCarriersReasonOfAFailedMessage) {
  const auto seen = visible(sent(), after(sent(), {k_sent, k_failed}));
  EXPECT_EQ(seen.status, DeliveryStatus::failed);
  EXPECT_EQ(seen.error_code, 30006);
  EXPECT_EQ(seen.reason, "The number is a landline.");
  EXPECT_EQ(seen.sid, "SM1");
}

TEST(Merge, ALowerRankChangesNothing) {
  EXPECT_EQ(status(sent(), {k_delivered, k_sent}), DeliveryStatus::delivered);
  EXPECT_EQ(status(sent(), {k_failed, k_sent, k_queued}), DeliveryStatus::failed);
}

TEST(Merge, TheSameReportTwiceChangesNothing) {
  const Half once = after(sent(), {k_sent, k_delivered});
  const Half twice = after(sent(), {k_sent, k_delivered, k_delivered, k_sent});
  EXPECT_EQ(once->rank, twice->rank);
  EXPECT_EQ(once->delivered_at, twice->delivered_at);
  EXPECT_EQ(once->accepted_at, twice->accepted_at);
}

TEST(Merge, ADuplicateThatComesLaterKeepsTheFirstTime) {
  Report again = k_delivered;
  again.at += 1h;
  EXPECT_EQ(after(sent(), {k_delivered, again})->delivered_at, k_delivered.at);
}

TEST(Merge, OfTwoFinalReportsOfOneRankTheFirstWins) {
  EXPECT_EQ(status(sent(), {k_failed, k_delivered}), DeliveryStatus::failed);
  EXPECT_EQ(status(sent(), {k_delivered, k_failed}), DeliveryStatus::delivered);
}

TEST(Merge, ReadAfterDeliveredStaysDelivered) {
  EXPECT_EQ(status(sent(), {k_delivered, report(ReportKind::delivered, 5)}), DeliveryStatus::delivered);
}

TEST(Merge, ADeliveredMessageIsDeliveredForEver) {
  EXPECT_EQ(status(sent(), {k_delivered, report(ReportKind::failed, 9)}), DeliveryStatus::delivered);
  EXPECT_EQ(status(sent(), {k_delivered, report(ReportKind::sent, 9)}), DeliveryStatus::delivered);
  EXPECT_EQ(status(sent(), {k_failed, report(ReportKind::sent, 9)}), DeliveryStatus::failed);
}

TEST(Merge, ACallbackBeforeTheAnswerProvesTheAcceptance) {
  for (const auto state : {AttemptState::sending, AttemptState::unknown, AttemptState::retry, AttemptState::failed}) {
    const Attempt of = attempt(state);
    const Half half = after(of, {k_queued});
    const auto seen = visible(of, half);
    EXPECT_EQ(seen.status, DeliveryStatus::sent);
    EXPECT_EQ(seen.sid, "SM1");
    EXPECT_EQ(seen.sent_at, k_queued.at);
    EXPECT_TRUE(is_settled(of, half));
    EXPECT_FALSE(may_begin_again(of, half));
    EXPECT_EQ(status(of, {k_delivered}), DeliveryStatus::delivered);
    EXPECT_EQ(status(of, {k_failed}), DeliveryStatus::failed);
  }
}

TEST(Merge, AcknowledgingIsKeptWhateverItsRank) {
  Report pressed = report(ReportKind::sent, 2);
  pressed.acknowledged = true;
  const auto seen = visible(sent(), after(sent(), {k_delivered, pressed}));
  EXPECT_EQ(seen.status, DeliveryStatus::delivered);
  EXPECT_EQ(seen.acknowledged_at, pressed.at);
  EXPECT_EQ(visible(sent(), after(sent(), {pressed, k_delivered})).acknowledged_at, pressed.at);
}

TEST(Merge, PressingTwiceKeepsTheFirstTime) {
  Report pressed = report(ReportKind::sent, 2);
  pressed.acknowledged = true;
  Report again = pressed;
  again.at += 5s;
  EXPECT_EQ(after(sent(), {pressed, again})->acknowledged_at, pressed.at);
}

// Attempt 2 is under way when news of attempt 1, thought refused, comes in.
Attempt second(AttemptState state) {
  Attempt made = attempt(state);
  made.token = token(2);
  made.number = 2;
  if (state == AttemptState::sent) { made.sid = "SM2"; }
  return made;
}

TEST(EarlierAttempt, LiftsToSentAndForbidsAnother) {
  for (const auto state :
       {AttemptState::sending, AttemptState::retry, AttemptState::unknown, AttemptState::failed, AttemptState::cancelled}) {
    const Attempt of = second(state);
    const Half half = after(of, {k_sent});
    EXPECT_EQ(visible(of, half).status, DeliveryStatus::sent);
    EXPECT_EQ(visible(of, half).sid, "SM1");
    EXPECT_FALSE(may_begin_again(of, half));
    EXPECT_TRUE(is_settled(of, half));
  }
}

TEST(EarlierAttempt, LiftsToDelivered) {
  EXPECT_EQ(status(second(AttemptState::sent), {k_delivered}), DeliveryStatus::delivered);
  EXPECT_EQ(status(second(AttemptState::sent), {report(ReportKind::failed, 4, "SM2", 2), k_delivered}), DeliveryStatus::delivered);
}

TEST(EarlierAttempt, ItsFailureSaysNothing) {
  EXPECT_EQ(status(second(AttemptState::sending), {k_failed}), DeliveryStatus::sending);
  EXPECT_EQ(status(second(AttemptState::sent), {k_failed}), DeliveryStatus::sent);
  EXPECT_TRUE(may_begin_again(second(AttemptState::retry), after(second(AttemptState::retry), {k_failed})));
  EXPECT_FALSE(is_settled(second(AttemptState::unknown), after(second(AttemptState::unknown), {k_failed})));
}

TEST(EarlierAttempt, OutweighsTheFailureOfTheCurrentOne) {
  const Report second_failed = report(ReportKind::failed, 4, "SM2", 2);
  EXPECT_EQ(status(second(AttemptState::sent), {k_sent, second_failed}), DeliveryStatus::sent);
  EXPECT_EQ(status(second(AttemptState::sent), {second_failed, k_sent}), DeliveryStatus::sent);
}

TEST(EarlierAttempt, RanksOfTwoSidsAreNotCompared) {
  const Report second_delivered = report(ReportKind::delivered, 1, "SM2", 2);
  const Attempt of = second(AttemptState::sent);
  const auto seen = visible(of, after(of, {k_sent, second_delivered}));
  EXPECT_EQ(seen.status, DeliveryStatus::delivered);
  EXPECT_EQ(seen.sid, "SM2");
}

Report lost(int times, const std::string& sid = "SM1") {
  Report news = report(ReportKind::failed, 4, sid, 1);
  news.resending = Resending{.times = times, .after = 1h};
  return news;
}

TEST(Resending, IsForTheCurrentMessageThatFailedSoOftenAtMost) {
  const auto is_due = [](const Attempt& attempt, const Report& before, const Report& news) {
    return is_to_be_resent(attempt, *after(attempt, {before, news}), news);
  };
  EXPECT_TRUE(is_due(sent(), k_sent, lost(1)));
  EXPECT_FALSE(is_due(sent(), k_sent, lost(0)));
  EXPECT_FALSE(is_due(sent(), k_sent, k_failed)) << "failed for good";
  EXPECT_FALSE(is_due(sent(), report(ReportKind::delivered, 4, "SM1", 1), lost(1))) << "delivered after all";
  EXPECT_FALSE(is_due(sent(), k_sent, lost(1, "SM9"))) << "another message";
  Attempt once = sent();
  once.resent = 1;
  EXPECT_FALSE(is_due(once, k_sent, lost(1)));
  EXPECT_TRUE(is_due(once, k_sent, lost(2)));
}

TEST(Resending, MakesTheAttemptDueAgainAndCounts) {
  Attempt attempt = sent();
  resend(attempt, k_start + 1h);
  EXPECT_EQ(attempt.state, AttemptState::retry);
  EXPECT_EQ(attempt.due_at, k_start + 1h);
  EXPECT_EQ(attempt.resent, 1);
  EXPECT_EQ(attempt.sid, sent().sid);
}

// The carrier lost the message of attempt 1; it is due once more.
Attempt carrier_retry() {
  Attempt made = sent();
  made.state = AttemptState::retry;
  made.due_at = k_start + 1h;
  return made;
}

TEST(CarrierRetry, StaysSentWhileDue) {
  const Half half = after(sent(), {k_sent, k_failed});
  const auto seen = visible(carrier_retry(), half);
  EXPECT_EQ(seen.status, DeliveryStatus::sent);
  EXPECT_EQ(seen.error_code, std::nullopt);
  EXPECT_TRUE(may_begin_again(carrier_retry(), half));
  EXPECT_FALSE(is_settled(carrier_retry(), half));
}

TEST(CarrierRetry, StaysSentWhileTheNextAttemptRuns) {
  const Half half = after(sent(), {k_sent, k_failed});
  for (const auto state : {AttemptState::sending, AttemptState::unknown, AttemptState::retry}) {
    EXPECT_EQ(visible(second(state), half).status, DeliveryStatus::sent);
    EXPECT_FALSE(is_settled(second(state), half));
  }
  EXPECT_TRUE(may_begin_again(second(AttemptState::retry), half));
  EXPECT_EQ(visible(second(AttemptState::sent), half).sid, "SM2");
}

TEST(CarrierRetry, OnlyTheLastFailureShows) {
  Half half = after(sent(), {k_sent, k_failed});
  Report last = report(ReportKind::failed, 4, "SM2", 2);
  last.error_code = 30008;
  half = merged(second(AttemptState::sent), half, last);
  const auto seen = visible(second(AttemptState::sent), half);
  EXPECT_EQ(seen.status, DeliveryStatus::failed);
  EXPECT_EQ(seen.error_code, 30008);
  EXPECT_EQ(seen.sid, "SM2");
}

TEST(CarrierRetry, CalledOffShowsTheFailureThatWas) {
  const Half half = after(sent(), {k_sent, k_failed});
  const auto seen = visible(second(AttemptState::cancelled), half);
  EXPECT_EQ(seen.status, DeliveryStatus::failed);
  EXPECT_EQ(seen.error_code, 30006);
}

TEST(CarrierRetry, DuplicatesOfTheLostMessageChangeNothing) {
  Half half = after(sent(), {k_sent, k_failed});
  half = merged(second(AttemptState::retry), half, k_sent);
  half = merged(second(AttemptState::retry), half, k_failed);
  EXPECT_TRUE(may_begin_again(second(AttemptState::retry), half));
}

TEST(BeginAgain, OnlyARetryMayBegin) {
  for (const auto state :
       {AttemptState::sending, AttemptState::sent, AttemptState::unknown, AttemptState::failed, AttemptState::cancelled}) {
    EXPECT_FALSE(may_begin_again(attempt(state), {}));
  }
  EXPECT_TRUE(may_begin_again(attempt(AttemptState::retry), {}));
}

TEST(Settled, SentFailedAndCancelledAre) {
  EXPECT_TRUE(is_settled(sent(), {}));
  EXPECT_TRUE(is_settled(attempt(AttemptState::failed), {}));
  EXPECT_TRUE(is_settled(attempt(AttemptState::cancelled), {}));
  EXPECT_FALSE(is_settled(attempt(AttemptState::sending), {}));
  EXPECT_FALSE(is_settled(attempt(AttemptState::retry), {}));
  EXPECT_FALSE(is_settled(attempt(AttemptState::unknown), {}));
}

}  // namespace
}  // namespace bizcomms::alert
