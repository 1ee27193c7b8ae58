#include "drill/replicator.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "bizcomms/json/writer.hpp"

namespace bizcomms::drill {
namespace {

constexpr Millis k_reads_every{40};
constexpr const char* k_streams = "DynamoDBStreams_20120810.";
constexpr const char* k_tables = "DynamoDB_20120810.";

// One text for equal values: members in the order of their names. DynamoDB's JSON has no numbers, only texts of them.
void write_sorted(json::Writer& writer, const json::Value& value) {
  if (value.is_object()) {
    auto members = value.members();
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    writer.begin_object();
    for (const auto& [name, member] : members) {
      writer.key(name);
      write_sorted(writer, member);
    }
    writer.end_object();
  } else if (value.is_array()) {
    writer.begin_array();
    for (const auto& element : value.elements()) { write_sorted(writer, element); }
    writer.end_array();
  } else if (const auto truth = value.as_bool()) {
    writer.value(*truth);
  } else {
    writer.value(value.as_string().value_or(""));
  }
}

std::string sorted(const json::Value& value) {
  if (value.is_null()) { return {}; }
  json::Writer writer;
  write_sorted(writer, value);
  return writer.take();
}

std::string text(const json::Value& value) { return value.as_string().value_or(""); }

json::Document parsed(const std::string& answer) {
  auto document = json::Document::parse(answer, {.bytes = std::size_t{16} * 1024 * 1024, .depth = 32});
  if (!document) { throw std::runtime_error("no JSON: " + answer); }
  return *std::move(document);
}

// Of sequence numbers, which have leading zeros or not.
bool is_later(const std::string& number, const std::string& than) {
  const auto digits = [](const std::string& padded) { return padded.substr(std::min(padded.find_first_not_of('0'), padded.size())); };
  const auto a = digits(number);
  const auto b = digits(than);
  return a.size() != b.size() ? a.size() > b.size() : a > b;
}

}  // namespace

Replicator::Replicator(test::DynamoDbLocal& dynamodb, const std::string& first, const std::string& second, Millis lag)
    : m_dynamodb(dynamodb), m_client(dynamodb.url()), m_lag(lag) {
  m_sides[0].table = first;
  m_sides[1].table = second;
  for (Side& side : m_sides) { open_stream(side); }
  m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Replicator::~Replicator() {
  m_thread.request_stop();
  m_thread.join();
}

json::Document Replicator::ask(const std::string& service, const std::string& operation, const std::string& body) {
  return parsed(test::body_of(m_client.json("dynamodb", service + operation, body)));
}

void Replicator::open_stream(Side& side) {
  json::Writer writer;
  writer.begin_object().field("TableName", side.table).key("StreamSpecification").begin_object();
  writer.field("StreamEnabled", true).field("StreamViewType", "NEW_IMAGE").end_object().end_object();
  side.stream = text(ask(k_tables, "UpdateTable", writer.take()).root()["TableDescription"]["LatestStreamArn"]);
  if (side.stream.empty()) { throw std::runtime_error("the table has no stream"); }
}

std::string Replicator::iterator_at_start(const Side& side, const std::string& shard) {
  return text(ask(k_streams, "GetShardIterator",
                  fmt::format(R"({{"StreamArn":"{}","ShardId":"{}","ShardIteratorType":"TRIM_HORIZON"}})", side.stream, shard))
                  .root()["ShardIterator"]);
}

void Replicator::find_shards(Side& side) {
  const auto described = ask(k_streams, "DescribeStream", fmt::format(R"({{"StreamArn":"{}"}})", side.stream));
  for (const auto& shard : described.root()["StreamDescription"]["Shards"].elements()) {
    const auto id = text(shard["ShardId"]);
    if (side.shards.insert(id).second) { side.open[id] = {.iterator = iterator_at_start(side, id), .last = {}}; }
  }
}

void Replicator::note(Side& side, const json::Value& record) {
  Change change{.key = sorted(record["dynamodb"]["Keys"]),
                .image = sorted(record["dynamodb"]["NewImage"]),
                .write = text(record["dynamodb"]["NewImage"]["write"]["S"]),
                .made = std::chrono::steady_clock::now()};
  auto& echoes = side.echoes[change.key];
  if (!echoes.empty() && echoes.front() == change.image) {
    echoes.pop_front();
    return;
  }
  side.latest[change.key] = change;
  side.changes.push_back(std::move(change));
}

// So many changes were new, ours among them. DynamoDB Local forgets an iterator now and then: then it is read from the start, and what is
// known is passed over.
int Replicator::read(Side& side, const std::string& id, Shard& shard) {
  const auto raw = m_client.json("dynamodb", std::string(k_streams) + "GetRecords",
                                 fmt::format(R"({{"ShardIterator":"{}","Limit":1000}})", shard.iterator));
  if (raw.status != 200 && raw.body.find("TrimmedDataAccessException") != std::string::npos) {
    shard.iterator = iterator_at_start(side, id);
    return 1;
  }
  const auto answer = parsed(test::body_of(raw));
  int count = 0;
  for (const auto& record : answer.root()["Records"].elements()) {
    const auto number = text(record["dynamodb"]["SequenceNumber"]);
    if (!is_later(number, shard.last)) { continue; }
    shard.last = number;
    note(side, record);
    ++count;
  }
  shard.iterator = text(answer.root()["NextShardIterator"]);
  return count;
}

int Replicator::read(Side& side) {
  if (side.open.empty()) { find_shards(side); }
  int count = 0;
  for (auto& [id, shard] : side.open) { count += read(side, id, shard); }
  std::erase_if(side.open, [](const auto& entry) { return entry.second.iterator.empty(); });
  return count;
}

// False where the item has changed there meanwhile, and the stream has to be read first.
bool Replicator::apply(const Change& change, Side& to) {
  const auto before = to.latest.find(change.key);
  const std::string known = before == to.latest.end() ? "" : before->second.write;
  json::Writer writer;
  writer.begin_object().field("TableName", to.table).key(change.image.empty() ? "Key" : "Item");
  writer.raw(change.image.empty() ? change.key : change.image);
  if (!change.write.empty()) {
    writer.field("ConditionExpression", known.empty() ? "attribute_not_exists(pk)" : "#w = :w");
    if (!known.empty()) {
      writer.key("ExpressionAttributeNames").raw(R"({"#w":"write"})");
      writer.key("ExpressionAttributeValues").begin_object().key(":w").begin_object().field("S", known).end_object().end_object();
    }
  }
  writer.end_object();
  const auto answer = m_client.json("dynamodb", std::string(k_tables) + (change.image.empty() ? "DeleteItem" : "PutItem"), writer.take());
  if (answer.status != 200 && answer.body.find("ConditionalCheckFailed") != std::string::npos) { return false; }
  static_cast<void>(test::body_of(answer));
  to.echoes[change.key].push_back(change.image);
  to.latest[change.key] = change;
  ++m_carried;
  return true;
}

// What the same item became since, and is due too, is carried over instead.
void Replicator::carry(Side& from, Side& to) {
  const auto is_due = [&](const Change& change) { return change.made + m_lag <= std::chrono::steady_clock::now(); };
  while (m_link && !from.changes.empty() && is_due(from.changes.front())) {
    const Change& change = from.changes.front();
    const auto& latest = from.latest[change.key];
    const auto other = to.latest.find(change.key);
    if (latest.made > change.made && is_due(latest)) {
      from.changes.pop_front();
      continue;
    }
    if (other != to.latest.end() && other->second.made > change.made) {
      ++m_outwritten;
    } else if (other == to.latest.end() || other->second.image != change.image) {
      if (!apply(change, to)) { return; }
    }
    from.changes.pop_front();
  }
}

void Replicator::run(const std::stop_token& stop) {
  try {
    do { follow(); } while (sleep_for(stop, k_reads_every));
  } catch (const std::exception& error) {
    const std::lock_guard lock(m_problem_mutex);
    m_problem = error.what();
  }
}

void Replicator::follow() {
  int count = 0;
  for (Side& side : m_sides) { count += read(side); }
  carry(m_sides[0], m_sides[1]);
  carry(m_sides[1], m_sides[0]);
  m_waiting = static_cast<int>(m_sides[0].changes.size() + m_sides[1].changes.size());
  if (count == 0 && m_waiting == 0) { ++m_rounds; }
}

std::string Replicator::problem() const {
  const std::lock_guard lock(m_problem_mutex);
  return m_problem;
}

bool Replicator::settles(Millis limit) const {
  const int rounds = m_rounds;
  return test::eventually([&] { return m_rounds >= rounds + 2; }, limit);
}

}  // namespace bizcomms::drill
