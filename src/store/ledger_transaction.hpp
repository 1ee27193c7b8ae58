// The thorough way of changing deliveries: lock their rows, decide in C++ by the rules of the alert module, write them back. For
// whatever is not the usual case, which has statements of its own (ledger.cpp).
//
// Locks are taken in one order everywhere, so that writers do not deadlock: claims by SID, deliveries by key, batches by key.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/db/connection.hpp"
#include "store/ledger_rows.hpp"

namespace bizcomms::store {

struct Claim {
  alert::DeliveryId id{};
  bool by_look_up = false;
  bool fresh = false;  // made by this transaction
  bool changed = false;
  bool released = false;  // nobody's any more
};

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

  [[nodiscard]] Time now() const { return m_now; }  // the database's
  [[nodiscard]] const std::vector<db::Rows>& before() const { return m_before; }
  [[nodiscard]] DeliveryRow* row(const alert::DeliveryId& id);
  [[nodiscard]] Claim* claim(const alert::ProviderId& sid);
  // The same; one that was released before, by this transaction, becomes that delivery's.
  [[nodiscard]] Claim* claim_for(const alert::ProviderId& sid, const alert::DeliveryId& id);
  [[nodiscard]] const std::map<alert::ProviderId, Claim>& claims() const { return m_claims; }

  // To be written back; with `dirty` the batch is to be counted again, without it only its progress is noted.
  void changed(const DeliveryRow& row, bool dirty);

private:
  void read_rows(const db::Rows& rows);
  void read_claims(const db::Rows& fresh, const db::Rows& held);
  void read_held(const db::Rows& held);
  [[nodiscard]] bool lacks_one_of(std::span<const WantedClaim> claims);
  [[nodiscard]] db::Step write_rows() const;
  [[nodiscard]] std::vector<db::Step> last_steps() const;

  db::Transaction m_transaction;
  Time m_now{};
  std::vector<db::Rows> m_before;
  std::map<alert::DeliveryId, DeliveryRow> m_rows;
  std::map<alert::ProviderId, Claim> m_claims;
  std::set<alert::DeliveryId> m_changed;
  std::map<std::pair<alert::AlertId, std::int32_t>, bool> m_touched;  // true: dirty
};

// The keys of deliveries as three columns beside the alert's, in their order.
struct KeyColumns {
  db::Column<Uuid> alert, recipient;
  db::Column<std::int32_t> batch;
  db::Column<std::int16_t> channel;
  void push(const alert::DeliveryId& id);
};

}  // namespace bizcomms::store
