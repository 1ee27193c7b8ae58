// DynamoTable's writes: each on condition that its items are what they were when they were read.
#include <algorithm>

#include "aws/dynamo_table.hpp"
#include "bizcomms/base/backoff.hpp"
#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::aws {

namespace {

constexpr int k_tries = 6;  // of a transaction that met another, or was throttled in parts
constexpr Backoff k_backoff{.first = Millis{25}, .longest = Millis{400}};
constexpr Millis k_pauses{400};  // all of them, since no stop ends them: what is not written then is an error
constexpr std::size_t k_write_id_bytes = 12;
constexpr json::Limits k_limits{.bytes = std::size_t{1024} * 1024, .depth = 16};

// A condition, with the values that it names.
void write_condition(json::Writer& writer, const char* expression, const std::function<void(AttributeWriter&)>& values) {
  writer.field("ConditionExpression", expression).key("ExpressionAttributeNames").begin_object().field("#t", "ttl").end_object();
  writer.key("ExpressionAttributeValues").begin_object();
  AttributeWriter writes(writer);
  values(writes);
  writer.end_object();
}

// Not there, or past its time.
void write_absence(json::Writer& writer, Time now) {
  write_condition(writer, "attribute_not_exists(pk) OR #t <= :now", [&](AttributeWriter& values) {
    values.number(":now", std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  });
}

void write_put(json::Writer& writer, const std::string& table, const std::function<void(AttributeWriter&)>& item) {
  writer.field("TableName", table).key("Item").begin_object();
  AttributeWriter attributes(writer);
  item(attributes);
  writer.end_object();
}

void put_row(json::Writer& writer, const std::string& table, const StoredRow& row, const WriteStamp& stamp, Time now) {
  write_put(writer, table, [&](AttributeWriter& item) { write_row(item, row, row.version + 1, stamp); });
  if (row.version == 0) { return write_absence(writer, now); }
  writer.field("ConditionExpression", "version = :v").key("ExpressionAttributeValues").begin_object();
  AttributeWriter(writer).number(":v", row.version);
  writer.end_object();
}

void write_claim_condition(json::Writer& writer, const ClaimChange& change, Time now) {
  if (!change.before) { return write_absence(writer, now); }
  const ItemKey owner = delivery_key(change.before->id);
  writer.field("ConditionExpression", "owner_pk = :p AND owner_sk = :s AND by_look_up = :b")
      .key("ExpressionAttributeValues")
      .begin_object();
  AttributeWriter(writer).text(":p", owner.partition).text(":s", owner.sort).truth(":b", change.before->by_look_up);
  writer.end_object();
}

void change_claim(json::Writer& writer, const std::string& table, const ClaimChange& change, const WriteStamp& stamp, Time now) {
  writer.begin_object().key(change.after ? "Put" : "Delete").begin_object();
  if (change.after) {
    write_put(writer, table, [&](AttributeWriter& item) { write_claim(item, change.sid, *change.after, stamp); });
  } else {
    writer.field("TableName", table).key("Key").begin_object();
    AttributeWriter key(writer);
    write_key(key, claim_key(change.sid));
    writer.end_object();
  }
  write_claim_condition(writer, change, now);
  writer.end_object().end_object();
}

bool is_new_call(const StoredRow& row) { return row.version == 0 && row.row.delivery.id.channel == alert::Channel::voice; }

bool is_transaction(const TableWrite& write) {
  return write.rows.size() + write.claims.size() != 1 || !write.claims.empty() || is_new_call(write.rows.front());
}

std::string transaction(const std::string& table, const TableWrite& write, const WriteStamp& stamp, Time now) {
  json::Writer writer;
  writer.begin_object().field("ClientRequestToken", stamp.write_id).key("TransactItems").begin_array();
  for (const StoredRow& row : write.rows) {
    writer.begin_object().key("Put").begin_object();
    put_row(writer, table, row, stamp, now);
    writer.end_object().end_object();
    if (!is_new_call(row)) { continue; }
    writer.begin_object().key("Put").begin_object();
    write_put(writer, table, [&](AttributeWriter& item) { write_call(item, row.row.delivery.id, stamp); });
    writer.end_object().end_object();
  }
  for (const ClaimChange& change : write.claims) { change_claim(writer, table, change, stamp, now); }
  writer.end_array().end_object();
  return writer.take();
}

std::string put(const std::string& table, const StoredRow& row, const WriteStamp& stamp, Time now) {
  json::Writer writer;
  writer.begin_object();
  put_row(writer, table, row, stamp, now);
  writer.field("ReturnValuesOnConditionCheckFailure", "ALL_OLD").end_object();
  return writer.take();
}

enum class Ended { written, lost, again };

// A put that was tried twice fails against its own first try: the item that stands there says so.
Ended ended_put(const Answer& answer, const std::string& write_id) {
  const auto document = json::Document::parse(answer.body, k_limits);
  const bool ours = document && AttributeReader(document->root()["Item"]).text("write") == write_id;
  return ours ? Ended::written : Ended::lost;
}

// The reasons, in the order of the items: one whose condition failed decides.
Result<Ended> ended_transaction(const Answer& answer) {
  const auto document = json::Document::parse(answer.body, k_limits);
  if (!document) { return Ended::again; }
  const auto reasons = document->root()["CancellationReasons"].elements();
  const auto is = [](const char* code) { return [code](const json::Value& reason) { return reason["Code"].as_string() == code; }; };
  if (std::ranges::any_of(reasons, is("ConditionalCheckFailed"))) { return Ended::lost; }
  if (std::ranges::none_of(reasons, is("ValidationError"))) { return Ended::again; }
  return Error{.code = ErrorCode::internal, .message = "DynamoDB refused a write.", .cause = answer.refusal->message};
}

Result<Ended> ended(const Result<Answer>& answer, const std::string& write_id) {
  if (!answer) { return answer.error(); }
  if (!answer->refusal) { return Ended::written; }
  const std::string& code = answer->refusal->code;
  if (code == "ConditionalCheckFailedException") { return ended_put(*answer, write_id); }
  if (code == "TransactionCanceledException") { return ended_transaction(*answer); }
  return Error{.code = ErrorCode::internal, .message = "DynamoDB refused a write: " + code + ".", .cause = answer->refusal->message};
}

}  // namespace

Call DynamoTable::call_for(const TableWrite& write, const WriteStamp& stamp) const {
  const bool several = is_transaction(write);
  return {.service = Service::dynamodb,
          .operation = several ? "TransactWriteItems" : "PutItem",
          .body = several ? transaction(m_settings.table, write, stamp, now()) : put(m_settings.table, write.rows.front(), stamp, now())};
}

std::vector<Result<bool>> DynamoTable::write(std::span<const TableWrite> writes) {
  std::vector<Result<bool>> written(writes.size(), true);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (!writes[i].rows.empty() || !writes[i].claims.empty()) { places.push_back(i); }
  }
  Random random(Random::system_seed());
  Millis left = k_pauses;
  for (int tries = 0; !places.empty(); ++tries) {
    std::vector<WriteStamp> stamps;
    std::vector<Call> calls;
    for (const std::size_t place : places) {
      stamps.push_back(new_stamp());
      calls.push_back(call_for(writes[place], stamps.back()));
    }
    const auto answers = m_client.call_all(std::move(calls));
    std::vector<std::size_t> again;
    for (std::size_t i = 0; i < places.size(); ++i) {
      const auto end = ended(answers[i], stamps[i].write_id);
      written[places[i]] = end ? Result<bool>(*end == Ended::written) : Result<bool>(end.error());
      if (end && *end == Ended::again) { again.push_back(places[i]); }
    }
    places = std::move(again);
    const Millis pause = k_backoff.delay(tries + 1, random);
    if (places.empty() || tries + 1 == k_tries || pause > left) { break; }
    left -= pause;
    m_pause(pause);  // those they met do the same
  }
  for (const std::size_t place : places) {
    written[place] = Error{.code = ErrorCode::unavailable, .message = "DynamoDB's transactions stand in each other's way."};
  }
  return written;
}

WriteStamp DynamoTable::new_stamp() const {
  const std::string id = crypto::random_bytes(k_write_id_bytes);
  return {.write_id = crypto::to_hex(std::span(reinterpret_cast<const std::uint8_t*>(id.data()), id.size())),
          .expires_at = std::chrono::floor<std::chrono::seconds>(now() + m_settings.kept).time_since_epoch().count()};
}

}  // namespace bizcomms::aws
