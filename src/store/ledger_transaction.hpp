// The thorough way of changing deliveries: lock their rows, have a draft decide, write them back. For
// whatever is not the usual case, which has statements of its own (ledger.cpp).
//
// Locks are taken in one order everywhere, so that writers do not deadlock: claims by SID, deliveries by key, batches by key.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/db/connection.hpp"
#include "store/ledger_rows.hpp"

namespace bizcomms::store {

struct WantedClaim {
  alert::ProviderId sid{};
  alert::DeliveryId id{};
};

class LedgerTransaction {
public:
  explicit LedgerTransaction(db::Connection& connection) : m_transaction(connection) {}

  // One round trip: claims what is free, for deliveries that are there; reads who holds the rest; locks and reads the deliveries. `before`
  // runs first. From then on every claim of a delivery that is there is known; `unavailable` where others were always faster.
  Status open(std::span<const alert::DeliveryId> ids, std::span<const WantedClaim> claims, std::vector<db::Step> before = {});
  // More deliveries, more claims. Both are behind their turn in the order of locks: for what is rare.
  Status load(std::span<const alert::DeliveryId> ids);
  Status load_claims(std::span<const alert::ProviderId> sids);
  Status commit();

  [[nodiscard]] const std::vector<db::Rows>& before() const { return m_before; }
  [[nodiscard]] alert::LedgerDraft& draft() { return m_draft; }  // what commit() writes back

private:
  void read_rows(const db::Rows& rows);
  void read_claims(const db::Rows& fresh, const db::Rows& held);
  void read_held(const db::Rows& held);
  [[nodiscard]] bool lacks_one_of(std::span<const WantedClaim> claims);
  [[nodiscard]] db::Step write_rows();
  [[nodiscard]] std::vector<db::Step> last_steps();

  db::Transaction m_transaction;
  std::vector<db::Rows> m_before;
  alert::LedgerDraft m_draft;
};

// The keys of deliveries as three columns beside the alert's, in their order.
struct KeyColumns {
  db::Column<Uuid> alert, recipient;
  db::Column<std::int32_t> batch;
  db::Column<std::int16_t> channel;
  void push(const alert::DeliveryId& id);
};

}  // namespace bizcomms::store
