// One delivery: a recipient of an alert on one channel. Two halves with one kind of writer each: the attempt (the worker) and
// the reports (callbacks and polling). What a caller sees is a pure function of both. No I/O.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bizcomms/alert/values.hpp"

namespace bizcomms::alert {

struct DeliveryId {
  AlertId alert{};
  std::int32_t batch = 0;
  RecipientId recipient{};
  Channel channel = Channel::sms;
  auto operator<=>(const DeliveryId&) const = default;  // the order in which groups are written

  // "<alert>.<batch>.<recipient>.<s|v>" without prefixes: travels in callback URLs.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] static std::optional<DeliveryId> parse(std::string_view text);
};

// Fresh for each attempt: who holds it may record.
struct AttemptToken {
  Uuid uuid{};
  auto operator<=>(const AttemptToken&) const = default;
};

using ProviderId = std::string;  // Twilio's SID: "SM…", "MM…", "CA…"
using BodyHash = std::array<std::uint8_t, 32>;

// The numbers are what the database stores: never renumber.
enum class AttemptState : std::uint8_t {
  sending = 1,    // begun; a durable intent, under a lease
  sent = 2,       // Twilio has it
  retry = 3,      // surely not taken; due again
  unknown = 4,    // may have been taken; to be looked up
  failed = 5,     // for good
  cancelled = 6,  // the alert was cancelled before it left
};

// The worker's half.
struct Attempt {
  AttemptToken token{};
  AttemptState state = AttemptState::sending;
  int number = 0;                     // attempts used up, this one included; 0 where it is inherited
  int looks = 0;                      // unknown: look-ups that found nothing; sending or retry: refusals so far, in a row
  Time started_at{};                  // by the ledger's clock, as are the next two
  std::optional<Time> lease_until{};  // while sending
  std::optional<Time> due_at{};       // retry, unknown
  std::string account{};              // that it was sent with
  std::string sender{};               // number or messaging service
  BodyHash body_hash{};               // SHA-256 of the SMS text; zeros for calls
  std::optional<ProviderId> sid{};
  std::optional<int> error_code{};
  std::string reason{};  // for people
  std::optional<Time> sent_at{};
  int resent = 0;  // messages before this one that were taken, failed on their way, and were sent once more
};

// Sending or unknown: its end is still to come.
[[nodiscard]] bool is_open(AttemptState state);
// It may have been taken without our knowing as what: open, or given up as unknown.
[[nodiscard]] bool is_unaccounted(const Attempt& attempt);
// Of another call to the same person: whether one that was made after `since` may be it, for all that is known of it. Before the takeover
// the cell of that time may have begun it again.
[[nodiscard]] bool may_be_its_call(const Attempt& other, Time since, Time taken_over_at);
void settle_as_sent(Attempt& attempt, const ProviderId& sid, Time at);
void become_unknown(Attempt& attempt, Time due_at);
// It stands for what a cell before this one may have sent; we sent nothing under its token.
[[nodiscard]] bool is_inherited(const Attempt& attempt);

enum class ReportKind : std::uint8_t { accepted = 0, sent = 1, delivered = 2, failed = 3 };

// A message that failed on its way, in a manner that may pass, is sent again: so often at most, so long after its failure.
struct Resending {
  int times = 0;
  Millis after{0};
};

// One piece of news about a delivery from the provider.
struct Report {
  DeliveryId id{};
  AttemptToken token{};  // of the attempt it speaks of
  ProviderId sid{};
  int rank = 0;  // higher is later; comparable only within one SID
  ReportKind kind = ReportKind::accepted;
  std::optional<int> error_code{};
  std::string reason{};
  Time at{};
  bool acknowledged = false;             // the callee pressed 1
  std::optional<Resending> resending{};  // failed
  bool asked = false;                    // we asked what became of that SID: this says nothing of whose it is
};

// The reports' half: the latest of the current SID.
struct Reports {
  ProviderId sid{};
  AttemptToken token{};
  int rank = -1;
  ReportKind kind = ReportKind::accepted;
  std::optional<int> error_code{};
  std::string reason{};
  std::optional<Time> accepted_at{};
  std::optional<Time> delivered_at{};
  std::optional<Time> acknowledged_at{};
};

struct Delivery {
  DeliveryId id{};
  std::optional<std::string> phone_number{};  // that it went to; nothing once erased
  Attempt attempt{};
  std::optional<Reports> reports{};
};

// What a caller sees.
struct VisibleDelivery {
  DeliveryStatus status = DeliveryStatus::pending;
  std::optional<ProviderId> sid{};
  std::optional<Time> sent_at{};
  std::optional<Time> delivered_at{};
  std::optional<Time> acknowledged_at{};
  std::optional<int> error_code{};
  std::string reason{};
};
[[nodiscard]] VisibleDelivery visible(const Attempt& attempt, const std::optional<Reports>& reports);

// The reports after one more. A report of the current attempt's SID applies only when its rank rises; one of an earlier
// attempt can only lift the delivery to sent or delivered. Applying a report twice, or late, changes nothing.
[[nodiscard]] Reports merged(const Attempt& attempt, const std::optional<Reports>& reports, const Report& report);

// Whether the message that the report tells of is to be sent again; `reports` has the report in it. And what that makes of the attempt.
[[nodiscard]] bool is_to_be_resent(const Attempt& attempt, const Reports& reports, const Report& report);
void resend(Attempt& attempt, Time due_at);

// Whether a further attempt may begin: the attempt says retry, and no report proves that Twilio took one.
[[nodiscard]] bool may_begin_again(const Attempt& attempt, const std::optional<Reports>& reports);

// A look-up gave the report's message to `holder`, and the provider says that it is of another delivery, `named`. Where that one has gone
// on to a further attempt, and the two carry the same text, the message counts for the holder: taken from it, it would be sent a third
// time.
[[nodiscard]] bool counts_for_holder(const Attempt& holder, const Attempt& named, const Report& report);

// The provider names another message as this attempt's than the one that a look-up may have found for it: that one is somebody else's.
// `first_news`: of a message that nobody had claimed. After a takeover it may be of an attempt that this ledger lacks.
[[nodiscard]] bool disproves_guess(const Attempt& attempt, const Report& report, bool first_news);

// Late news of a message that failed and was sent again: that it had been taken before is known, and would hide what became of the next.
[[nodiscard]] bool says_nothing_new(const Attempt& attempt, const Report& report, bool first_news);

// The report tells of the message that the attempt stands for, whatever its token: from here on the attempt goes by the report's.
[[nodiscard]] bool tells_of_same(const Attempt& attempt, const Report& report, bool first_news);

// True when nothing more will happen by our doing: sent, failed or cancelled.
[[nodiscard]] bool is_settled(const Attempt& attempt, const std::optional<Reports>& reports);

struct Counts {
  std::int64_t sent = 0;  // taken by Twilio and not ended in failure; `delivered` is a part of it
  std::int64_t delivered = 0;
  std::int64_t failed = 0;
  std::int64_t pending = 0;  // unknown ones too
  std::int64_t cancelled = 0;
  bool operator==(const Counts&) const = default;
  Counts& operator+=(const Counts& other);
  void count(DeliveryStatus status);
};

}  // namespace bizcomms::alert
