#include "aws/dynamo_table.hpp"

#include <algorithm>
#include <map>

namespace bizcomms::aws {

using alert::DeliveryId;

namespace {

constexpr std::size_t k_get_max = 100;  // keys in one BatchGetItem
constexpr int k_get_rounds = 20;        // of keys that DynamoDB left for later
constexpr int k_calls_max = 10'000;     // to one recipient, in the time that they are kept
constexpr std::size_t k_page_bytes = 16 * 1024 * 1024;
constexpr json::Limits k_limits{.bytes = k_page_bytes, .depth = 16};

Result<json::Document> read(const Result<Answer>& answer) {
  if (!answer) { return answer.error(); }
  if (answer->refusal) {
    return Error{.code = ErrorCode::internal,
                 .message = "DynamoDB refused a request: " + answer->refusal->code + ".",
                 .cause = answer->refusal->message};
  }
  auto document = json::Document::parse(answer->body, k_limits);
  if (!document) {
    return Error{.code = ErrorCode::internal, .message = "DynamoDB's answer cannot be read.", .cause = document.error().message};
  }
  return document;
}

Call call_of(const char* operation, std::string body) {
  return {.service = Service::dynamodb, .operation = operation, .body = std::move(body)};
}

std::string get_body(const std::string& table, std::span<const ItemKey> keys) {
  json::Writer writer;
  writer.begin_object().key("RequestItems").begin_object().key(table).begin_object();
  writer.field("ConsistentRead", true).key("Keys").begin_array();
  for (const ItemKey& key : keys) {
    writer.begin_object();
    AttributeWriter attributes(writer);
    write_key(attributes, key);
    writer.end_object();
  }
  writer.end_array().end_object().end_object().end_object();
  return writer.take();
}

// Where the next page starts: the last key of this one, in the table or in the index.
void write_start(json::Writer& writer, const AttributeReader& last) {
  writer.key("ExclusiveStartKey").begin_object();
  AttributeWriter attributes(writer);
  write_key(attributes, key_in(last));
  attributes.text_if("waking", last.text("waking")).time_if("wake_at", last.time("wake_at"));
  writer.end_object();
}

}  // namespace

DynamoTable::DynamoTable(Client& client, LedgerSettings settings) : m_client(client), m_settings(std::move(settings)) {}

Status DynamoTable::get_all(std::vector<ItemKey> keys, const Take& take) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (int round = 0; !keys.empty(); ++round) {
    if (round == k_get_rounds) { return Error{.code = ErrorCode::unavailable, .message = "DynamoDB reads too slowly."}; }
    std::vector<Call> calls;
    for (std::size_t first = 0; first < keys.size(); first += k_get_max) {
      const auto group = std::span(keys).subspan(first, std::min(k_get_max, keys.size() - first));
      calls.push_back(call_of("BatchGetItem", get_body(m_settings.table, group)));
    }
    std::vector<ItemKey> left;
    for (const auto& answer : m_client.call_all(std::move(calls))) {
      const auto document = read(answer);
      if (!document) { return document.error(); }
      const json::Value root = document->root();
      for (const json::Value item : root["Responses"][m_settings.table].elements()) { take(AttributeReader(item)); }
      for (const json::Value key : root["UnprocessedKeys"][m_settings.table]["Keys"].elements()) {
        left.push_back(key_in(AttributeReader(key)));
      }
    }
    keys = std::move(left);
  }
  return {};
}

Result<std::vector<std::optional<StoredRow>>> DynamoTable::rows(std::span<const DeliveryId> ids) {
  std::vector<ItemKey> keys;
  for (const DeliveryId& id : ids) { keys.push_back(key_of(id)); }
  std::map<DeliveryId, StoredRow> found;
  const auto got = get_all(std::move(keys), [&](const AttributeReader& item) {
    if (auto row = read_row(item, now())) { found.emplace(row->row.delivery.id, *std::move(row)); }
  });
  if (!got) { return got.error(); }
  std::vector<std::optional<StoredRow>> rows;
  for (const DeliveryId& id : ids) {
    const auto row = found.find(id);
    rows.push_back(row == found.end() ? std::nullopt : std::optional(row->second));
  }
  return rows;
}

Result<std::vector<std::optional<StoredClaim>>> DynamoTable::claims(std::span<const alert::ProviderId> sids) {
  std::vector<ItemKey> keys;
  for (const alert::ProviderId& sid : sids) { keys.push_back(key_of(sid)); }
  std::map<std::string, StoredClaim> found;
  const auto got = get_all(std::move(keys), [&](const AttributeReader& item) {
    if (const auto claim = read_claim(item, now())) { found.emplace(key_in(item).partition, *claim); }
  });
  if (!got) { return got.error(); }
  std::vector<std::optional<StoredClaim>> claims;
  for (const alert::ProviderId& sid : sids) {
    const auto claim = found.find(key_of(sid).partition);
    claims.push_back(claim == found.end() ? std::nullopt : std::optional(claim->second));
  }
  return claims;
}

Status DynamoTable::query_all(const Query& query, int limit, const Take& take) {
  std::optional<json::Document> page;
  for (int taken = 0;;) {
    json::Writer writer;
    writer.begin_object().field("TableName", m_settings.table).field("Limit", limit - taken);
    query(writer);
    if (page) { write_start(writer, AttributeReader(page->root()["LastEvaluatedKey"])); }
    writer.end_object();
    auto document = read(m_client.call(call_of("Query", writer.take())));
    if (!document) { return document.error(); }
    page = *std::move(document);
    for (const json::Value item : page->root()["Items"].elements()) {
      take(AttributeReader(item));
      ++taken;
    }
    if (!page->root()["LastEvaluatedKey"].is_object() || taken >= limit) { return {}; }
  }
}

Result<std::vector<StoredRow>> DynamoTable::of_batch(alert::AlertId alert, std::int32_t batch, const std::optional<DeliveryId>& after,
                                                     int limit) {
  std::vector<StoredRow> rows;
  const auto query = [&](json::Writer& writer) {
    writer.field("ConsistentRead", true).field("KeyConditionExpression", after ? "pk = :p AND sk > :a" : "pk = :p");
    writer.key("ExpressionAttributeValues").begin_object();
    AttributeWriter values(writer);
    values.text(":p", batch_partition(alert, batch));
    if (after) { values.text(":a", key_of(*after).sort); }
    writer.end_object();
  };
  const auto queried = query_all(query, limit, [&](const AttributeReader& item) {
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
    const auto queried = query_all(query, limit, [&](const AttributeReader& item) {
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
  const auto queried = query_all(query, k_calls_max, [&](const AttributeReader& item) {
    if (const auto id = call_in(key_in(item))) { ids.push_back(*id); }
  });
  if (!queried) { return queried.error(); }
  return ids;
}

}  // namespace bizcomms::aws
