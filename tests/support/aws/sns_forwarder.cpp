#include "support/aws/sns_forwarder.hpp"

#include <set>
#include <stdexcept>
#include <utility>

#include "bizcomms/base/random.hpp"
#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::test {
namespace {

const SnsRefusal k_internal{"InternalError", "The request failed because of an internal error.", false};

http::ServerSettings forwarder_settings() {
  http::ServerSettings settings;
  settings.name = "sns";
  settings.listen = "127.0.0.1:0";
  settings.reader_threads = 1;
  settings.writer_threads = 32;
  settings.body_bytes_max = std::size_t{4} * 1024 * 1024;  // 256 KiB of text, each byte of it escaped
  return settings;
}

void write_entry(json::Writer& writer, std::size_t number, const SnsEntry& entry) {
  writer.begin_object().field("Id", std::to_string(number)).field("MessageBody", entry.message);
  writer.key("MessageAttributes").begin_object();
  for (const auto& [name, attribute] : entry.attributes) {
    writer.key(name).begin_object().field("DataType", attribute.type);
    writer.field(attribute.type.starts_with("Binary") ? "BinaryValue" : "StringValue", attribute.value).end_object();
  }
  writer.end_object().end_object();
}

std::string send_batch(const Queue& queue, const std::vector<const SnsEntry*>& entries) {
  json::Writer writer;
  writer.begin_object().field("QueueUrl", queue.url).key("Entries").begin_array();
  for (std::size_t number = 0; number < entries.size(); ++number) { write_entry(writer, number, *entries[number]); }
  writer.end_array().end_object();
  return writer.take();
}

// The numbers of those that the queue took.
std::set<std::string> successes_in(const http::ClientResponse& response) {
  std::set<std::string> numbers;
  const auto document = json::Document::parse(response.body);
  if (response.status != 200 || !document) { return numbers; }
  for (const auto& sent : document->root()["Successful"].elements()) { numbers.insert(sent["Id"].as_string().value_or("")); }
  return numbers;
}

}  // namespace

SnsForwarder::SnsForwarder(const std::string& sqs_url, std::map<std::string, Queue> queues)
    : m_queues(std::move(queues)),
      m_ids(m_clock, Random::system_seed()),
      m_sqs(sqs_url),
      m_server(forwarder_settings(), m_log, m_metrics, m_clock) {
  m_server.route({.method = "POST", .pattern = "/", .handler = [this](const http::Request& r) { return answer(r); }, .takes_form = true});
  if (const auto started = m_server.start(); !started) { throw std::runtime_error(started.error().message); }
}

SnsForwarder::~SnsForwarder() { m_server.stop(); }

std::string SnsForwarder::topic_arn() { return "arn:aws:sns:eu-west-1:000000000000:alerts"; }

http::Response SnsForwarder::answer(const http::Request& request) {
  const auto request_id = m_ids.next_uuid().to_hex();
  const auto asked = parse_sns_request(request.body);
  if (const auto* refusal = std::get_if<SnsRefusal>(&asked)) { return to_response(*refusal, request_id); }
  if (const auto* question = std::get_if<SnsQuestion>(&asked)) { return answer(*question, request_id); }
  const auto& publish_request = std::get<SnsRequest>(asked);
  if (publish_request.topic_arn != topic_arn()) { return to_response(SnsRefusal{"NotFound", "Topic does not exist"}, request_id); }
  return to_response(publish_request, publish(publish_request.entries), request_id);
}

std::vector<SnsSubscription> SnsForwarder::subscriptions() const {
  std::vector<SnsSubscription> all;
  for (const auto& [lane, queue] : m_queues) {
    all.push_back({.arn = topic_arn() + ":" + lane, .endpoint = queue.arn, .filter_policy = R"({"lane":[")" + lane + R"("]})"});
  }
  return all;
}

http::Response SnsForwarder::answer(const SnsQuestion& question, const std::string& request_id) const {
  auto all = subscriptions();
  if (question.action == "GetSubscriptionAttributes") {
    std::erase_if(all, [&](const auto& each) { return each.arn != question.arn; });
    if (all.empty()) { return to_response(SnsRefusal{"NotFound", "Subscription does not exist"}, request_id); }
  } else if (question.arn != topic_arn()) {
    return to_response(SnsRefusal{"NotFound", "Topic does not exist"}, request_id);
  }
  return to_response(question, all, request_id);
}

SnsOutcome SnsForwarder::judge(const SnsEntry& entry) {
  SnsOutcome outcome{.id = entry.id, .message_id = m_ids.next_uuid().to_hex()};
  if (entry.message.empty()) {
    outcome.refusal = SnsRefusal{"InvalidParameter", "Invalid parameter: Empty message"};
  } else if (m_failing > 0 && m_failing-- > 0) {
    outcome.refusal = k_internal;
  }
  return outcome;
}

std::vector<SnsOutcome> SnsForwarder::publish(const std::vector<SnsEntry>& entries) {
  std::vector<SnsOutcome> outcomes;
  outcomes.reserve(entries.size());  // they are pointed at
  std::map<std::string, Share> lanes;
  for (const auto& entry : entries) {
    auto& outcome = outcomes.emplace_back(judge(entry));
    const auto lane = entry.attributes.find("lane");
    if (outcome.refusal || lane == entry.attributes.end() || !m_queues.contains(lane->second.value)) { continue; }
    lanes[lane->second.value].entries.push_back(&entry);
    lanes[lane->second.value].outcomes.push_back(&outcome);
  }
  for (const auto& [lane, share] : lanes) { forward(m_queues.at(lane), share); }
  return outcomes;
}

void SnsForwarder::forward(const Queue& queue, const Share& share) {
  std::set<std::string> taken;
  try {
    taken = successes_in(m_sqs.call("SendMessageBatch", send_batch(queue, share.entries)));
  } catch (const std::exception&) {  // no answer came: none of them is known to be there
    taken.clear();
  }
  m_forwarded += static_cast<int>(taken.size());
  for (std::size_t number = 0; number < share.outcomes.size(); ++number) {
    if (!taken.contains(std::to_string(number))) { share.outcomes[number]->refusal = k_internal; }
  }
}

}  // namespace bizcomms::test
