#include "aws/dynamo_table.hpp"

#include <map>

namespace bizcomms::aws {

using alert::DeliveryId;

namespace {

constexpr int k_calls_max = 10'000;  // to one recipient, in the time that they are kept

}  // namespace

DynamoTable::DynamoTable(Client& client, LedgerSettings settings, Pause pause)
    : m_client(client), m_settings(std::move(settings)), m_pause(std::move(pause)), m_items(client, m_settings.table) {}

// Any answer has a date.
Status DynamoTable::learn_time() {
  if (m_client.knows_service_time()) { return {}; }
  const auto asked = m_items.get({{"time", "-"}}, [](const AttributeReader&) {});
  return asked ? Status{} : Status(asked.error());
}

// Both in one request, where there is room.
Result<StoredState> DynamoTable::read(std::span<const DeliveryId> ids, std::span<const alert::ProviderId> sids) {
  std::vector<ItemKey> keys;
  for (const DeliveryId& id : ids) { keys.push_back(delivery_key(id)); }
  for (const alert::ProviderId& sid : sids) { keys.push_back(claim_key(sid)); }
  std::map<DeliveryId, StoredRow> rows;
  std::map<std::string, StoredClaim> claims;
  const auto got = m_items.get(std::move(keys), [&](const AttributeReader& item) {
    if (const auto row = read_row(item, now())) { rows.emplace(row->row.delivery.id, *row); }
    if (const auto claim = read_claim(item, now())) { claims.emplace(key_in(item).partition, *claim); }
  });
  if (!got) { return got.error(); }
  StoredState state;
  for (const DeliveryId& id : ids) {
    const auto row = rows.find(id);
    state.rows.push_back(row == rows.end() ? std::nullopt : std::optional(row->second));
  }
  for (const alert::ProviderId& sid : sids) {
    const auto claim = claims.find(claim_key(sid).partition);
    state.claims.push_back(claim == claims.end() ? std::nullopt : std::optional(claim->second));
  }
  return state;
}

Result<std::vector<StoredRow>> DynamoTable::of_batch(alert::AlertId alert, std::int32_t batch, const std::optional<DeliveryId>& after,
                                                     int limit) {
  std::vector<StoredRow> rows;
  const auto query = [&](json::Writer& writer) {
    writer.field("ConsistentRead", true).field("KeyConditionExpression", after ? "pk = :p AND sk > :a" : "pk = :p");
    writer.key("ExpressionAttributeValues").begin_object();
    AttributeWriter values(writer);
    values.text(":p", batch_partition(alert, batch));
    if (after) { values.text(":a", delivery_key(*after).sort); }
    writer.end_object();
  };
  const auto queried = m_items.query(query, limit, [&](const AttributeReader& item) {
    if (auto row = read_row(item, now())) { rows.push_back(*std::move(row)); }
  });
  if (!queried) { return queried.error(); }
  return rows;
}

Result<std::vector<DeliveryId>> DynamoTable::waking(Time until, int limit) {
  std::multimap<Time, DeliveryId> found;
  for (int shard = 0; shard < k_waking_shards; ++shard) {
    const auto query = [&](json::Writer& writer) {
      writer.field("IndexName", "waking").field("KeyConditionExpression", "waking = :w AND wake_at <= :t");
      writer.key("ExpressionAttributeValues").begin_object();
      AttributeWriter(writer).text(":w", waking_partition(shard)).time(":t", until);
      writer.end_object();
    };
    const auto queried = m_items.query(query, limit, [&](const AttributeReader& item) {
      const auto id = delivery_in(key_in(item));
      if (id) { found.emplace(item.time("wake_at").value_or(until), *id); }
    });
    if (!queried) { return queried.error(); }
  }
  std::vector<DeliveryId> ids;
  for (const auto& [at, id] : found) {
    if (std::ssize(ids) < limit) { ids.push_back(id); }
  }
  return ids;
}

Result<std::vector<DeliveryId>> DynamoTable::calls_to(alert::RecipientId recipient) {
  std::vector<DeliveryId> ids;
  const auto query = [&](json::Writer& writer) {
    writer.field("ConsistentRead", true).field("KeyConditionExpression", "pk = :p").key("ExpressionAttributeValues").begin_object();
    AttributeWriter(writer).text(":p", calls_partition(recipient));
    writer.end_object();
  };
  const auto queried = m_items.query(query, k_calls_max, [&](const AttributeReader& item) {
    if (const auto id = call_in(key_in(item))) { ids.push_back(*id); }
  });
  if (!queried) { return queried.error(); }
  return ids;
}

}  // namespace bizcomms::aws
