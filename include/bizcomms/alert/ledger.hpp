// The delivery ledger: what keeps a message from being sent twice. See ARCHITECTURE.md, "The delivery protocol".
// Implementations: PostgreSQL (store), DynamoDB (aws), in-memory (tests/support); one contract suite runs on all.
// Thread-safe; blocking. Every method takes a group and answers per element in the order asked; groups are written in key
// order, so that two writers cannot deadlock. Leases and due times are measured by the ledger's own clock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bizcomms/alert/delivery.hpp"

namespace bizcomms::alert {

// What is about to leave.
struct Intent {
  DeliveryId id{};
  AttemptToken token{};                    // the new one
  std::optional<AttemptToken> previous{};  // of the `retry` row that is driven again; nothing: a first attempt
  std::string account{};
  std::string sender{};  // what the worker would send from; stored on the recipient at its first SMS or call
  BodyHash body_hash{};
  Millis lease{};
};

enum class BeginVerdict : std::uint8_t {
  begun,      // durable; send it now
  taken,      // somebody else's, settled, or not in the expected state: skip
  withdrawn,  // recorded as cancelled or failed, with the reason: alert cancelled, recipient gone, inactive, opted out, channel off
  doubtful,   // recorded as unknown, due now: a cell before this one may have sent it. Looked up before it is sent
  failed,     // whether it was begun is not known, for `error`; others of its group were answered. Not to be sent
};
struct BeginAnswer {
  BeginVerdict verdict = BeginVerdict::taken;
  std::string phone_number{};  // begun: to send to, read in the same round trip
  int attempt = 0;             // begun: its number, from 1
  std::string sender{};        // begun: the recipient's number of ours, where one was stored before
  Time started_at{};           // begun: by the ledger's clock
  std::optional<Error> error{};
};

// How an attempt ended.
struct Outcome {
  enum class Kind : std::uint8_t {
    sent,
    retry,  // not taken, by no fault of the recipient or the text: the attempt does not count
    unknown,
    failed,
  };
  DeliveryId id{};
  AttemptToken token{};
  Kind kind = Kind::unknown;
  std::optional<ProviderId> sid{};  // sent
  Millis due_in{0};                 // retry, unknown
  std::optional<int> error_code{};
  std::string reason{};
  bool looked = false;     // unknown: one more look-up found nothing
  bool looked_up = false;  // sent: found in the provider's lists, which is a guess where texts are equal; nothing once the attempt is over
};

enum class RecordVerdict : std::uint8_t {
  recorded,
  stale,      // the token is no longer current; an outcome with a SID was merged as a report of that token
  sid_taken,  // another delivery has claimed this SID; nothing was written
};

// A delivery that wants attention, hidden from other callers of due() for a while.
struct DueDelivery {
  Delivery delivery{};
  Time now{};  // the ledger's clock
};

class DeliveryLedger {
public:
  virtual ~DeliveryLedger() = default;

  // Allowed where there is no row, or the row says `retry` with the token `previous` and no report proves an acceptance. Sets `sending`,
  // the token, the lease. Reads the alert's state and the recipient's number, channel, activity and opt-out again in the same step.
  // `doubtful`: the alert is of an older epoch than the one in which this cell works, and its last attempt, if there is one, began before
  // the takeover. What the cell before wrote last may be missing here.
  virtual Result<std::vector<BeginAnswer>> begin(std::span<const Intent> intents) = 0;

  // Conditional on the token, which must be current and `sending` or `unknown`. A SID is claimed for its delivery in the same step.
  virtual Result<std::vector<RecordVerdict>> record(std::span<const Outcome> outcomes) = 0;

  // News from the provider. Claims the SID for the delivery it names; had a look-up claimed it for another, that one becomes `unknown`
  // again, unless the message counts for it by now (counts_for_holder), which then gets the news. Settles a `sending` or `unknown` attempt
  // whose acceptance it proves. Marks the batch dirty. Per element: known (true) or no such delivery.
  virtual Result<std::vector<bool>> merge(std::span<const Report> reports) = 0;

  // Every row of a batch. Rows that are not there were not begun.
  virtual Result<std::vector<Delivery>> of_batch(AlertId alert, std::int32_t batch) = 0;

  // Rows of the batch that are `sending` with an expired lease become `unknown`, due now. How many did; and when the first lease of
  // those left ends, if there are any.
  struct Expiry {
    int expired = 0;
    std::optional<Millis> next_in;
  };
  virtual Result<Expiry> expire_leases(AlertId alert, std::int32_t batch) = 0;

  // `retry` and `unknown` rows whose due time has come, oldest first; each is handed to one caller and comes again after `hidden_for`
  // unless it was settled or given a new due time meanwhile.
  virtual Result<std::vector<DueDelivery>> due(int limit, Millis hidden_for) = 0;

  // Which of these SIDs some delivery has claimed.
  virtual Result<std::vector<bool>> claimed(std::span<const ProviderId> sids) = 0;

  // Of calls, each with a time: whether another one to the same recipient was begun since then of which is_unaccounted() holds, or may have
  // been begun by a cell before this one that wrote it nowhere. Calls carry no text, so one that nobody has claimed may be of either. Asked
  // before `claimed`, so that whoever ended in between is seen there.
  virtual Result<std::vector<bool>> contested(std::span<const std::pair<DeliveryId, Time>> calls) = 0;

  // Looked up and surely not taken: `unknown` → `retry`, due now. Conditional on the token.
  virtual Result<std::vector<bool>> absolve(std::span<const std::pair<DeliveryId, AttemptToken>> absent) = 0;
};

}  // namespace bizcomms::alert
