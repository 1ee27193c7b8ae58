#include "contract/memory_table.hpp"

#include <algorithm>

namespace bizcomms::contract {

using alert::DeliveryId;
using alert::ProviderId;
using aws::StoredClaim;
using aws::StoredRow;

namespace {

template <class Key, class Value>
std::optional<Value> found(const std::map<Key, Value>& all, const Key& key) {
  const auto place = all.find(key);
  return place == all.end() ? std::nullopt : std::optional(place->second);
}

}  // namespace

Result<aws::StoredState> MemoryTable::read(std::span<const DeliveryId> ids, std::span<const ProviderId> sids) {
  const std::scoped_lock lock(m_mutex);
  aws::StoredState state;
  for (const DeliveryId& id : ids) { state.rows.push_back(found(m_rows, id)); }
  for (const ProviderId& sid : sids) { state.claims.push_back(found(m_claims, sid)); }
  return state;
}

Result<std::vector<StoredRow>> MemoryTable::of_batch(alert::AlertId alert, std::int32_t batch, const std::optional<DeliveryId>& after,
                                                     int limit) {
  const std::scoped_lock lock(m_mutex);
  std::vector<StoredRow> rows;
  auto next = after ? m_rows.upper_bound(*after) : m_rows.lower_bound(DeliveryId{.alert = alert, .batch = batch});
  for (; next != m_rows.end() && std::ssize(rows) < limit; ++next) {
    if (next->first.alert != alert || next->first.batch != batch) { break; }
    rows.push_back(next->second);
  }
  return rows;
}

Result<std::vector<DeliveryId>> MemoryTable::waking(Time until, int limit) {
  const std::scoped_lock lock(m_mutex);
  std::multimap<Time, DeliveryId> waking;
  for (const auto& [id, stored] : m_rows) {
    const auto at = wakes_at(stored.row);
    if (at && *at <= until) { waking.emplace(*at, id); }
  }
  std::vector<DeliveryId> ids;
  for (const auto& [at, id] : waking) {
    if (std::ssize(ids) < limit) { ids.push_back(id); }
  }
  return ids;
}

Result<std::vector<DeliveryId>> MemoryTable::calls_to(alert::RecipientId recipient) {
  const std::scoped_lock lock(m_mutex);
  std::vector<DeliveryId> ids;
  for (const auto& [id, stored] : m_rows) {
    if (id.recipient == recipient && id.channel == alert::Channel::voice) { ids.push_back(id); }
  }
  return ids;
}

bool MemoryTable::write_one(const aws::TableWrite& write) {
  const auto unchanged = [&](const StoredRow& row) {
    const auto stored = found(m_rows, row.row.delivery.id);
    return (stored ? stored->version : 0) == row.version;
  };
  const auto unclaimed = [&](const aws::ClaimChange& change) { return found(m_claims, change.sid) == change.before; };
  if (!std::ranges::all_of(write.rows, unchanged) || !std::ranges::all_of(write.claims, unclaimed)) { return false; }
  for (const StoredRow& row : write.rows) { m_rows[row.row.delivery.id] = {.row = row.row, .version = row.version + 1}; }
  for (const aws::ClaimChange& change : write.claims) {
    if (change.after) {
      m_claims[change.sid] = *change.after;
    } else {
      m_claims.erase(change.sid);
    }
  }
  return true;
}

std::vector<Result<bool>> MemoryTable::write(std::span<const aws::TableWrite> writes) {
  const std::scoped_lock lock(m_mutex);
  std::vector<Result<bool>> written;
  for (const aws::TableWrite& write : writes) { written.emplace_back(write_one(write)); }
  return written;
}

}  // namespace bizcomms::contract
