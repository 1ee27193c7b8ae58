// AlertStore, RecipientStore, BatchStore, Outbox and DeliveryLedger over one shared memory: what the PostgreSQL store is to the product,
// for tests. Every time comes from the given Clock, so that a ManualClock ends leases and brings retries due.
#pragma once

#include <condition_variable>
#include <mutex>

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/alert/queue.hpp"
#include "bizcomms/alert/stores.hpp"
#include "bizcomms/base/time.hpp"
#include "support/memory/memory_state.hpp"

namespace bizcomms::test {

// The ledger's rules that keep equal messages apart, and a takeover from doubling. A test takes one away and sees what it was for.
struct MemoryRules {
  bool looks_up_for_open_attempts_only = true;  // what is looked up for an attempt that is over claims nothing
  bool disproves_guesses = true;
  bool counts_for_holders = true;
  bool doubts_what_has_no_row = true;
  bool doubts_earlier_retries = true;
  bool tells_of_same = true;  // news of a message that a lost row had sent settles the row that is there
};

// Thread-safe.
class MemoryStore final : public alert::AlertStore,
                          public alert::RecipientStore,
                          public alert::BatchStore,
                          public alert::Outbox,
                          public alert::DeliveryLedger {
public:
  explicit MemoryStore(const Clock& clock, const MemoryRules& rules = {}) : m_clock(clock), m_rules(rules) {}

  // While down every method that can fail answers `unavailable`, and nothing is written.
  void set_down(bool down);

  // Another cell takes over: what was created before is of an older epoch from here on.
  void take_over();

  // Everything, for who steps it from one thread; and back to an earlier state: what was written since is lost.
  [[nodiscard]] const MemoryState& state() const { return m_state; }
  void restore(MemoryState state);

  // AlertStore
  Result<alert::Alert> create(alert::AlertId id, alert::AlertDraft draft, std::optional<alert::Idempotency> idempotency,
                              std::string trace) override;
  Result<alert::Alert> get(alert::AlertId id) override;
  Result<alert::Page<alert::Alert, alert::AlertId>> list(const alert::AlertQuery& query) override;
  Result<alert::AlertReport> report(alert::AlertId id, const alert::StatusQuery& query) override;
  Result<alert::Alert> replace(alert::AlertId id, const alert::AlertDraft& content, Time expected_updated_at) override;
  Status cancel(alert::AlertId id) override;

  // RecipientStore
  Result<alert::Recipient> create(alert::RecipientId id, const alert::RecipientDraft& draft) override;
  Result<alert::Recipient> get(alert::RecipientId id) override;
  Result<alert::Page<alert::Recipient, alert::RecipientId>> list(const alert::RecipientQuery& query) override;
  Result<alert::Recipient> change(alert::RecipientId id, const alert::RecipientChange& change) override;
  Status erase(alert::RecipientId id) override;
  Result<bool> opt_out(const std::string& phone_number, const std::string& by, std::optional<Time> at,
                       const alert::ProviderId& message) override;
  Result<bool> opt_in(const std::string& phone_number, std::optional<Time> at, const alert::ProviderId& message) override;

  // BatchStore
  Result<alert::Expansion> expand(alert::AlertId id, int batch_size) override;
  Result<alert::Batch> load(alert::AlertId id, std::int32_t batch) override;
  Result<std::vector<bool>> recount(std::span<const std::pair<alert::AlertId, std::int32_t>> batches) override;
  Result<int> recount_dirty(int limit) override;
  Result<std::vector<std::pair<alert::AlertId, std::int32_t>>> take_unfinished(std::span<const Millis> schedule, int limit) override;
  Status blame(alert::AlertId id, std::int32_t batch, const std::string& reason) override;
  Status fail(alert::AlertId id, const std::string& reason) override;
  Status reopen(alert::AlertId id, std::int32_t batch, const std::string& reason) override;
  Status give_up(alert::AlertId id, std::int32_t batch, const std::string& reason) override;
  Status note_held(std::span<const std::pair<alert::AlertId, std::int32_t>> batches) override;
  Result<int> redrive_stalled(alert::Lane lane, Millis idle, int limit) override;
  Status finish_stalled(Millis idle, int limit) override;

  // Outbox
  Result<int> relay(int max, const Publish& publish) override;
  void wait(Millis wait, const std::stop_token& stop) override;

  // DeliveryLedger
  Result<std::vector<alert::BeginAnswer>> begin(std::span<const alert::Intent> intents) override;
  Result<std::vector<alert::RecordVerdict>> record(std::span<const alert::Outcome> outcomes) override;
  Result<std::vector<bool>> merge(std::span<const alert::Report> reports) override;
  Result<std::vector<alert::Delivery>> of_batch(alert::AlertId alert, std::int32_t batch) override;
  Result<Expiry> expire_leases(alert::AlertId alert, std::int32_t batch) override;
  Result<std::vector<alert::DueDelivery>> due(int limit, Millis hidden_for) override;
  Result<std::vector<bool>> contested(std::span<const std::pair<alert::DeliveryId, Time>> calls) override;
  Result<std::vector<bool>> claimed(std::span<const alert::ProviderId> sids) override;
  Result<std::vector<bool>> absolve(std::span<const std::pair<alert::DeliveryId, alert::AttemptToken>> absent) override;

private:
  // All below: the mutex is held.
  [[nodiscard]] std::optional<Error> down() const;
  [[nodiscard]] alert::Recipient shown(const RecipientRow& row) const;
  bool is_news(const std::string& number, std::optional<Time> at, const alert::ProviderId& message);
  void put_event(alert::EventKind kind, const alert::Alert& alert, std::int32_t batch);

  Time end(AlertRow& row, alert::AlertStatus status);
  void give_up_one(alert::AlertId id, std::int32_t number, BatchRow& batch, const std::string& reason);
  bool recount_one(AlertRow& row, std::int32_t number);
  void complete_if_over(AlertRow& row);

  [[nodiscard]] bool is_contested(const alert::DeliveryId& call, Time since) const;

  alert::BeginAnswer begin_one(const alert::Intent& intent);
  alert::BeginAnswer withdraw(const alert::Intent& intent, alert::AttemptState state, std::string reason);
  [[nodiscard]] bool is_doubtful(const AlertRow& alert, const DeliveryRow* row) const;
  alert::BeginAnswer doubt(const alert::Intent& intent, const RecipientRow& recipient);
  alert::BeginAnswer start(const alert::Intent& intent, RecipientRow& recipient);
  alert::RecordVerdict record_one(const alert::Outcome& outcome);
  alert::RecordVerdict record_stale(const alert::Outcome& outcome);
  bool merge_one(const alert::Report& report);
  void give_up_guess(alert::Delivery& delivery, const alert::Report& report,
                     bool first_news);                                            // what a look-up found for it is somebody else's
  DeliveryRow* owner_by_report(DeliveryRow& named, const alert::Report& report);  // whose the message is; none: nothing to learn
  void touch(const alert::DeliveryId& id, bool dirty);

  const Clock& m_clock;
  const MemoryRules m_rules;
  mutable std::mutex m_mutex;  // guards all below
  std::condition_variable_any m_event_written;
  MemoryState m_state;
  bool m_down = false;
};

}  // namespace bizcomms::test
