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

// Thread-safe.
class MemoryStore final : public alert::AlertStore,
                          public alert::RecipientStore,
                          public alert::BatchStore,
                          public alert::Outbox,
                          public alert::DeliveryLedger {
public:
  explicit MemoryStore(const Clock& clock) : m_clock(clock) {}

  // While down every method that can fail answers `unavailable`, and nothing is written.
  void set_down(bool down);

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
  Status opt_out(const std::string& phone_number, const alert::OptOut& opt_out) override;
  Status opt_in(const std::string& phone_number) override;

  // BatchStore
  Result<alert::Expansion> expand(alert::AlertId id, int batch_size) override;
  Result<alert::Batch> load(alert::AlertId id, std::int32_t batch) override;
  Result<std::vector<bool>> recount(std::span<const std::pair<alert::AlertId, std::int32_t>> batches) override;
  Result<int> recount_dirty(int limit) override;
  Status blame(alert::AlertId id, std::int32_t batch, const std::string& reason) override;
  Status fail(alert::AlertId id, const std::string& reason) override;
  Result<int> redrive_stalled(Millis idle, int limit) override;

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
  Result<std::vector<bool>> claimed(std::span<const alert::ProviderId> sids) override;
  Result<std::vector<bool>> absolve(std::span<const std::pair<alert::DeliveryId, alert::AttemptToken>> absent) override;

private:
  // All below: the mutex is held.
  [[nodiscard]] std::optional<Error> down() const;
  [[nodiscard]] alert::Recipient shown(const RecipientRow& row) const;
  void put_event(alert::EventKind kind, const alert::Alert& alert, std::int32_t batch);

  Time end(AlertRow& row, alert::AlertStatus status);
  bool recount_one(AlertRow& row, std::int32_t number);
  void complete_if_over(AlertRow& row);

  alert::BeginAnswer begin_one(const alert::Intent& intent);
  alert::BeginAnswer withdraw(const alert::Intent& intent, alert::AttemptState state, std::string reason);
  alert::BeginAnswer start(const alert::Intent& intent, RecipientRow& recipient);
  alert::RecordVerdict record_one(const alert::Outcome& outcome);
  alert::RecordVerdict record_stale(const alert::Outcome& outcome);
  bool merge_one(const alert::Report& report);
  DeliveryRow* owner_by_report(DeliveryRow& named, const alert::Report& report);  // whose the message is; none: nothing to learn
  void touch(const alert::DeliveryId& id, bool dirty);

  const Clock& m_clock;
  mutable std::mutex m_mutex;  // guards all below
  std::condition_variable_any m_event_written;
  MemoryState m_state;
  bool m_down = false;
};

}  // namespace bizcomms::test
