// Ports to what callers write and read: alerts and recipients, and the worker's view of an alert's batches. Implementations: PostgreSQL
// (store), in-memory (tests/support); one contract suite (tests/contract) runs on all. All methods are thread-safe and block.
// Errors beside those named: `unavailable` (no database; nothing was written), `internal`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bizcomms/alert/delivery.hpp"
#include "bizcomms/alert/event.hpp"
#include "bizcomms/alert/values.hpp"

namespace bizcomms::alert {

// Who asked, and how a repeat is known: per API key, kept 24 h.
struct Idempotency {
  std::string key_name{};  // the API key's name
  std::string key{};       // the Idempotency-Key header, 1..255 visible ASCII characters
  std::array<std::uint8_t, 32> body_hash{};
};

struct AlertQuery {
  int limit = 50;                  // 1..200
  std::optional<AlertId> after{};  // the last id of the page before
  std::optional<AlertStatus> status{};
  std::optional<Priority> priority{};
  std::optional<Time> created_after{};   // exclusive
  std::optional<Time> created_before{};  // exclusive
};

struct StatusQuery {
  int limit = 50;  // 1..200
  std::optional<DeliveryId> after{};
  std::optional<DeliveryStatus> status{};
};

struct AlertCounts {
  std::int64_t total_recipients = 0;
  Counts deliveries{};
};

struct ListedDelivery {
  DeliveryId id{};
  std::optional<std::string> phone_number{};
  int attempts = 0;
  VisibleDelivery visible{};
};

struct AlertReport {
  Alert alert{};
  AlertCounts counts{};
  Page<ListedDelivery, DeliveryId> deliveries{};
};

class AlertStore {
public:
  virtual ~AlertStore() = default;
  // Writes the alert and its outbox event in one transaction, durable on return. With an idempotency key that was used in
  // the last 24 h: same body → the alert of that time, unchanged; another body → `conflict` with field "Idempotency-Key"
  // (the API answers 422). Concurrent calls share a commit. `id` and `created_at` are given by the caller's IdSource.
  virtual Result<Alert> create(AlertId id, AlertDraft draft, std::optional<Idempotency> idempotency, std::string trace) = 0;
  virtual Result<Alert> get(AlertId id) = 0;  // not_found
  // Newest first, without epoch and trace.
  virtual Result<Page<Alert, AlertId>> list(const AlertQuery& query) = 0;
  virtual Result<AlertReport> report(AlertId id, const StatusQuery& query) = 0;  // not_found
  // Only while queued (`conflict` otherwise); writes a new outbox event. The caller has validated `content` as a whole and read it from
  // `expected_updated_at`; changed since: `conflict` with no fields, to be tried again by the caller.
  virtual Result<Alert> replace(AlertId id, const AlertDraft& content, Time expected_updated_at) = 0;
  // Stops every begin after its commit. On a cancelled one: success. On a completed or failed one: `conflict`.
  virtual Status cancel(AlertId id) = 0;
};

struct RecipientQuery {
  int limit = 50;
  std::optional<RecipientId> after{};
  std::optional<std::string> tag{};  // normalised
  std::optional<bool> active{};
};

class RecipientStore {
public:
  virtual ~RecipientStore() = default;
  virtual Result<Recipient> create(RecipientId id, const RecipientDraft& draft) = 0;  // `conflict` naming the existing id
  virtual Result<Recipient> get(RecipientId id) = 0;
  virtual Result<Page<Recipient, RecipientId>> list(const RecipientQuery& query) = 0;   // oldest first
  virtual Result<Recipient> change(RecipientId id, const RecipientChange& change) = 0;  // not_found; `conflict` on the number
  // Personal data is gone from every store on return; counts stay, and an opt-out stays as a keyed hash.
  virtual Status erase(RecipientId id) = 0;
  // By number, known to us or not; repeats change nothing (the first opt-out's time and word stay). `message`: whose word it is, empty
  // where there is none. Each is heeded once: a webhook that somebody sends again must not undo what came after it. `at`: when they wrote,
  // and what they wrote later stays; nothing: just now. True where it changed something.
  virtual Result<bool> opt_out(const std::string& phone_number, const std::string& by, std::optional<Time> at,
                               const ProviderId& message) = 0;
  virtual Result<bool> opt_in(const std::string& phone_number, std::optional<Time> at, const ProviderId& message) = 0;
};

// A worker's view.
struct BatchMember {
  RecipientId recipient{};
  Preferences preferences{};
  std::optional<std::string> sender{};  // the number of ours that this recipient knows
};

enum class BatchState : std::uint8_t { open = 0, settled = 1 };

struct Batch {
  AlertId alert{};
  std::int32_t number = 0;  // from 1
  BatchState state = BatchState::open;
  std::vector<BatchMember> members{};  // by recipient id
};

struct Expansion {
  int batches = 0;  // 0: nobody matches
  std::int64_t recipients = 0;
  bool already_done = false;  // another worker was first; nothing was written
};

class BatchStore {
public:
  virtual ~BatchStore() = default;
  // In one transaction: queued → sending, the matching recipients created no later than the alert cut into ranges of at most
  // `batch_size` (never all in memory), one batch row and one outbox event each. The alert's only batch gets no
  // event: the caller does it on the spot. Nobody matches: the alert is completed. `not_found`, `conflict` (cancelled).
  virtual Result<Expansion> expand(AlertId id, int batch_size) = 0;
  // The alert's content and the batch's members as they match now. Settled batches come without members. `not_found`.
  virtual Result<Batch> load(AlertId id, std::int32_t batch) = 0;
  // Recomputes the counts of these batches from their deliveries and settles those in which every delivery is settled; a batch of a
  // cancelled alert settles with what was not begun counted as cancelled. Then completes each alert of theirs that has no open batch left,
  // checked in a new transaction. Answers, per batch, whether it is settled.
  virtual Result<std::vector<bool>> recount(std::span<const std::pair<AlertId, std::int32_t>> batches) = 0;
  // The same for batches that reports marked dirty, at most `limit`; the number done.
  virtual Result<int> recount_dirty(int limit) = 0;
  // Settled batches with deliveries of which only the sending is known, so long after they were settled as the next entry of `schedule`
  // (ascending) says; each is given out once for each entry, or for several that have passed meanwhile. At most `limit`.
  virtual Result<std::vector<std::pair<AlertId, std::int32_t>>> take_unfinished(std::span<const Millis> schedule, int limit) = 0;
  // The batch's message failed by the batch's own fault once more; at the third time its open deliveries fail with `reason`.
  virtual Status blame(AlertId id, std::int32_t batch, const std::string& reason) = 0;
  // What is open in the batch fails at once: nothing more leaves. What may have been taken is looked up all the same.
  virtual Status give_up(AlertId id, std::int32_t batch, const std::string& reason) = 0;
  // The alert itself cannot be expanded: failed, with a reason. Only while queued or sending without a batch.
  virtual Status fail(AlertId id, const std::string& reason) = 0;
  // Undoes `fail` and the third `blame`, for an event that is replayed once its cause is mended; `batch` and `reason` are those of its dead
  // letter. A failed alert is queued, the batch and its alert are open again, and of its deliveries those that failed unsent with (the
  // beginning of) that reason. Changes nothing that ended otherwise, or was cancelled.
  virtual Status reopen(AlertId id, std::int32_t batch, const std::string& reason) = 0;
  // Somebody has these in hand: they have not stalled.
  virtual Status note_held(std::span<const std::pair<AlertId, std::int32_t>> batches) = 0;
  // Publishes again (through the outbox) each alert and batch of that lane that has made no progress for `idle`. Returns how many were
  // driven. At most `limit`.
  virtual Result<int> redrive_stalled(Lane lane, Millis idle, int limit) = 0;
  // Completes alerts whose last two batches did not see each other, and has batches counted that no message comes for any more (cancelled,
  // or failed three times by themselves) and that made no progress for `idle`, at most `limit`: what a dead worker left there is looked up.
  virtual Status finish_stalled(Millis idle, int limit) = 0;
};

}  // namespace bizcomms::alert
