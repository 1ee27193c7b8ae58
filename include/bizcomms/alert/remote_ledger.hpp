// Ports between the store and a delivery ledger that is kept elsewhere (DynamoDB): what each asks of the other.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bizcomms/alert/ledger.hpp"

namespace bizcomms::alert {

// Whether a delivery may begin, as the store sees it at this moment.
struct Clearance {
  enum class Kind : std::uint8_t { cleared, withdrawn, no_such_alert };
  Kind kind = Kind::no_such_alert;
  AttemptState withdrawn_as = AttemptState::cancelled;  // or failed
  std::string reason{};                                 // withdrawn
  std::string phone_number{};                           // cleared, as are the next two
  std::int16_t phone_version = 0;
  std::string sender{};                 // the recipient's number of ours, where one was stored before
  std::optional<Time> taken_over_at{};  // the alert is of an older epoch than this cell's: since when the cell works in its own
};

struct TouchedBatch {
  AlertId alert{};
  std::int32_t batch = 0;
  bool dirty = false;  // to be counted again; else only its progress is noted
};

// Asked by the ledger, answered by the store. Thread-safe; blocking; answers in the order asked. Implementation: PostgreSQL (store).
class LedgerGround {
public:
  virtual ~LedgerGround() = default;
  // The alert's state and the recipient's number, channel, activity and opt-out, read together, and held by nobody afterwards: a
  // cancellation may come before what is cleared is written. The sender of a recipient's first clearance becomes theirs.
  virtual Result<std::vector<Clearance>> clear(std::span<const Intent> intents) = 0;
  // After the write that it tells of, whatever that changed: counts and lists go by it.
  virtual Status touch(std::span<const TouchedBatch> batches) = 0;
  // The numbers that deliveries went to; nothing once erased.
  virtual Result<std::vector<std::optional<std::string>>> numbers(std::span<const std::pair<RecipientId, std::int16_t>> went_to) = 0;
  // Alerts of an older epoch that are not over and are to call that recipient; and since when this cell works.
  struct Inherited {
    std::vector<AlertId> alerts{};
    Time taken_over_at{};
  };
  virtual Result<std::vector<Inherited>> inherited_calls(std::span<const RecipientId> recipients) = 0;
};

// Asked by the store, answered by the ledger.
class RemoteLedger : public DeliveryLedger {
public:
  // Of one batch, in the order of keys, after `after`; fewer than `limit` are the last.
  virtual Result<std::vector<Delivery>> page(AlertId alert, std::int32_t batch, const std::optional<DeliveryId>& after, int limit) = 0;
  // As of_batch(), without the numbers that they went to: for who only counts them.
  virtual Result<std::vector<Delivery>> without_numbers(AlertId alert, std::int32_t batch) = 0;
  // What waits to be tried again in the batch fails with `reason`, and what was never begun: `missing`, of that batch.
  virtual Status give_up(AlertId alert, std::int32_t batch, std::span<const DeliveryId> missing, const std::string& reason) = 0;
  // Undoes that for what failed unsent with (the beginning of) `reason`. What was never begun is begun as if for the first time, a doubtful
  // one too.
  virtual Status reopen(AlertId alert, std::int32_t batch, const std::string& reason) = 0;
};

}  // namespace bizcomms::alert
