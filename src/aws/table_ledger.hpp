// The delivery ledger over a table: reads what a group speaks of, has drafts decide (alert/ledger_draft.hpp), and writes back what changed,
// each delivery apart, on condition that nobody was faster; who lost reads again. What may begin is asked of the store just before.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "aws/delivery_table.hpp"
#include "bizcomms/alert/remote_ledger.hpp"

namespace bizcomms::aws {

// Thread-safe. `ground` must outlive it.
class TableLedger final : public alert::RemoteLedger {
public:
  // `clock_margin`: so far clocks of the table's users may be apart; a lease ends so much later for all but its holder.
  TableLedger(std::unique_ptr<DeliveryTable> table, alert::LedgerGround& ground, Millis clock_margin);

  Result<std::vector<alert::BeginAnswer>> begin(std::span<const alert::Intent> intents) override;
  Result<std::vector<alert::RecordVerdict>> record(std::span<const alert::Outcome> outcomes) override;
  Result<std::vector<bool>> merge(std::span<const alert::Report> reports) override;
  Result<std::vector<alert::Delivery>> of_batch(alert::AlertId alert, std::int32_t batch) override;
  Result<Expiry> expire_leases(alert::AlertId alert, std::int32_t batch) override;
  Result<std::vector<alert::DueDelivery>> due(int limit, Millis hidden_for) override;
  Result<std::vector<bool>> contested(std::span<const std::pair<alert::DeliveryId, Time>> calls) override;
  Result<std::vector<bool>> claimed(std::span<const alert::ProviderId> sids) override;
  Result<std::vector<bool>> absolve(std::span<const std::pair<alert::DeliveryId, alert::AttemptToken>> absent) override;
  Result<std::vector<alert::Delivery>> without_numbers(alert::AlertId alert, std::int32_t batch) override;
  Result<std::vector<alert::Delivery>> page(alert::AlertId alert, std::int32_t batch, const std::optional<alert::DeliveryId>& after,
                                            int limit) override;
  Status give_up(alert::AlertId alert, std::int32_t batch, std::span<const alert::DeliveryId> missing, const std::string& reason) override;
  Status reopen(alert::AlertId alert, std::int32_t batch, const std::string& reason) override;

private:
  // What is decided together: elements of one delivery.
  struct Task {
    alert::DeliveryId id{};
    std::vector<std::size_t> places{};
    std::vector<alert::ProviderId> sids{};
    std::vector<alert::Report> news{};  // for what they may take from others
    alert::LedgerDraft draft{};
    std::map<alert::DeliveryId, std::int64_t> versions{};
    std::map<alert::ProviderId, std::optional<StoredClaim>> claims{};

    void load(const std::optional<StoredRow>& stored);
    void load(const alert::ProviderId& sid, const std::optional<StoredClaim>& stored);
    [[nodiscard]] TableWrite write();
  };
  using Touched = std::map<std::pair<alert::AlertId, std::int32_t>, bool>;  // true: dirty
  using Decide = std::function<void(alert::LedgerDraft&, std::size_t place)>;
  [[nodiscard]] static std::vector<Task> all_of(std::map<alert::DeliveryId, Task>& tasks);
  // Decides each element apart, but those of one delivery together and in order, until all are written.
  Status settle(std::vector<Task> tasks, const Decide& decide);
  Status load(std::vector<Task>& tasks);
  Status load_more(std::vector<Task>& tasks);
  Status change_batch(alert::AlertId alert, std::int32_t batch, const std::function<bool(alert::LedgerRow&)>& change, bool dirty,
                      int* changed = nullptr);
  Status touch(const Touched& touched);
  struct Lost {  // an intent that was not written, as far as is known
    std::size_t place = 0;
    std::optional<Error> failure{};
  };
  void begin_first(std::span<alert::Intent> intents, const std::vector<alert::Clearance>& clearances,
                   std::vector<alert::BeginAnswer>& answers);
  void keep_own(std::span<alert::Intent> intents, const std::vector<Lost>& lost, std::vector<alert::BeginAnswer>& answers);
  void begin_again(std::span<const alert::Intent> intents, const std::vector<alert::Clearance>& clearances,
                   std::vector<alert::BeginAnswer>& answers);
  Result<bool> is_contested(const alert::DeliveryId& call, Time since, const alert::LedgerGround::Inherited& inherited);
  Result<std::vector<alert::Delivery>> with_numbers(std::vector<StoredRow> rows);

  const std::unique_ptr<DeliveryTable> m_table;
  alert::LedgerGround& m_ground;
  const Millis m_clock_margin;
};

}  // namespace bizcomms::aws
