// Ports to the provider that takes messages and calls. Implementations: Twilio, scripted (tests/support).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bizcomms/alert/delivery.hpp"
#include "bizcomms/alert/opt_word.hpp"
#include "bizcomms/base/result.hpp"

namespace bizcomms::alert {

// One request that may leave.
struct Dispatch {
  DeliveryId id{};
  AttemptToken token{};
  int attempt = 1;
  std::string to{};      // E.164
  std::string sender{};  // one of Sender::senders()
  std::string title{};
  std::string message{};
  Time started_at{};        // by the ledger's clock
  SteadyTime lease_ends{};  // on our monotonic clock; counted from before the begin, so never later than the ledger's
  std::string trace{};
  Lane lane = Lane::standard;
};

class Sender {
public:
  virtual ~Sender() = default;
  // Never blocks. `done` runs exactly once, on the engine's thread, and only queues. Errors: `unavailable`, `rate_limited`: surely not
  // taken, may be tried again. `misconfigured`: our account or settings, surely not taken. `outcome_unknown`: it may have been taken; look
  // it up before sending again. Any other error is final and lies with the recipient or the text. When less than request timeout + 5 s of
  // the lease is left at the first byte, nothing leaves: `unavailable`.
  virtual void send(Dispatch dispatch, std::function<void(Result<ProviderId>)> done) = 0;

  [[nodiscard]] virtual const std::string& account() const = 0;
  // Numbers, or one messaging service. Never empty.
  [[nodiscard]] virtual const std::vector<std::string>& senders() const = 0;
  // SHA-256 of the text that an SMS of this alert carries, as the look-up compares it.
  [[nodiscard]] virtual BodyHash body_hash(Channel channel, const std::string& title, const std::string& message) const = 0;
};

struct LookupQuestion {
  DeliveryId id{};
  std::string to{};
  std::string account{};
  std::string sender{};
  BodyHash body_hash{};
  Time started_at{};
};

// A message or call to that number that may be the one asked for: created after started_at − 60 s, or, should our clock have been wrong,
// with the same text after started_at − 2 h.
struct Candidate {
  ProviderId sid{};
  bool same_body = false;  // SMS: the text's hash is equal. Calls: always true
  Time created_at{};
  ReportKind kind = ReportKind::accepted;
};

// What became of one message or call.
struct ProviderStatus {
  int rank = 0;  // as in Report
  ReportKind kind = ReportKind::accepted;
  std::optional<int> error_code{};
  std::string reason{};
  std::optional<Resending> resending{};  // failed
};

// What the provider keeps, for when it could not tell us.
class SentLookup {
public:
  virtual ~SentLookup() = default;
  // Per question all candidates, whoever claimed them; or why it cannot tell: `unavailable` (again later), `misconfigured`
  // (another account, 401). Blocks; asks for each number once, in pages, with and without the date filter.
  virtual std::vector<Result<std::vector<Candidate>>> look_up(std::span<const LookupQuestion> questions) = 0;
  // Per message or call its state as it is now; `not_found`: the provider does not have it; others as above. Blocks.
  virtual std::vector<Result<ProviderStatus>> statuses(std::span<const ProviderId> sids) = 0;
  // Of the messages that came in at `since` or later those that are such a word, oldest first. Errors as above. Blocks.
  virtual Result<std::vector<OptWord>> opt_words_since(Time since) = 0;
};

}  // namespace bizcomms::alert
