#include "aws/items.hpp"

#include <algorithm>

namespace bizcomms::aws {

namespace {

constexpr std::size_t k_get_max = 100;  // keys in one BatchGetItem
constexpr std::size_t k_put_max = 25;   // items in one BatchWriteItem
constexpr int k_rounds = 20;            // of keys and items that DynamoDB left for later
constexpr std::size_t k_page_bytes = std::size_t{16} * 1024 * 1024;
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

// What is put in: items, each an object of attributes.
std::string put_body(const std::string& table, std::span<const std::string> items) {
  json::Writer writer;
  writer.begin_object().key("RequestItems").begin_object().key(table).begin_array();
  for (const std::string& item : items) {
    writer.begin_object().key("PutRequest").begin_object().key("Item").raw(item).end_object().end_object();
  }
  writer.end_array().end_object().end_object();
  return writer.take();
}

}  // namespace

void write_key(AttributeWriter& writer, const ItemKey& key) { writer.text("pk", key.partition).text("sk", key.sort); }

ItemKey key_in(const AttributeReader& item) { return {item.text("pk").value_or(""), item.text("sk").value_or("")}; }

Status Items::get(std::vector<ItemKey> keys, const Take& take) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (int round = 0; !keys.empty(); ++round) {
    if (round == k_rounds) { return Error{.code = ErrorCode::unavailable, .message = "DynamoDB reads too slowly."}; }
    std::vector<Call> calls;
    for (std::size_t first = 0; first < keys.size(); first += k_get_max) {
      const auto group = std::span(keys).subspan(first, std::min(k_get_max, keys.size() - first));
      calls.push_back(call_of("BatchGetItem", get_body(m_table, group)));
    }
    std::vector<ItemKey> left;
    for (const auto& answer : m_client.call_all(std::move(calls))) {
      const auto document = read(answer);
      if (!document) { return document.error(); }
      const json::Value root = document->root();
      for (const json::Value item : root["Responses"][m_table].elements()) { take(AttributeReader(item)); }
      for (const json::Value key : root["UnprocessedKeys"][m_table]["Keys"].elements()) { left.push_back(key_in(AttributeReader(key))); }
    }
    keys = std::move(left);
  }
  return {};
}

Status Items::query(const Query& query, int limit, const Take& take) {
  std::optional<json::Document> page;
  for (int taken = 0;;) {
    json::Writer writer;
    writer.begin_object().field("TableName", m_table).field("Limit", limit - taken);
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

Status Items::put(std::vector<std::string> items) {
  for (int round = 0; !items.empty(); ++round) {
    if (round == k_rounds) { return Error{.code = ErrorCode::unavailable, .message = "DynamoDB writes too slowly."}; }
    std::vector<Call> calls;
    std::vector<std::span<const std::string>> groups;
    for (std::size_t first = 0; first < items.size(); first += k_put_max) {
      groups.push_back(std::span(items).subspan(first, std::min(k_put_max, items.size() - first)));
      calls.push_back(call_of("BatchWriteItem", put_body(m_table, groups.back())));
    }
    const auto answers = m_client.call_all(std::move(calls));
    std::vector<std::string> left;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto document = read(answers[i]);
      if (!document) { return document.error(); }
      const bool some_left = !document->root()["UnprocessedItems"][m_table].elements().empty();
      if (some_left) { left.insert(left.end(), groups[i].begin(), groups[i].end()); }  // the whole group: a put may be repeated
    }
    items = std::move(left);
  }
  return {};
}

}  // namespace bizcomms::aws
