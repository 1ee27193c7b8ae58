#include "aws/sqs.hpp"

#include <fmt/format.h>

#include <charconv>
#include <functional>

#include "aws/service.hpp"
#include "aws/xml.hpp"
#include "bizcomms/crypto/crypto.hpp"
#include "bizcomms/http/message.hpp"
#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::aws {
namespace {

using std::chrono::seconds;

constexpr std::chrono::minutes k_clock_error{1};
constexpr seconds k_beyond_wait{10};  // a long poll's answer is given that much longer
constexpr std::string_view k_type = "String";
constexpr std::size_t k_reason_length_max = 500;
constexpr json::Limits k_limits{.bytes = std::size_t{4} * 1024 * 1024};

Call sqs_call(std::string operation, json::Writer& body) {
  return {.service = Service::sqs, .operation = std::move(operation), .body = body.take()};
}

json::Writer& begin(json::Writer& writer, const std::string& queue_url) { return writer.begin_object().field("QueueUrl", queue_url); }

void write_attributes(json::Writer& writer, const MessageAttributes& attributes) {
  if (attributes.empty()) { return; }
  writer.key("MessageAttributes").begin_object();
  for (const auto& [name, value] : attributes) {
    writer.key(name).begin_object().field("DataType", k_type).field("StringValue", value).end_object();
  }
  writer.end_object();
}

Call handle_batch(std::string operation, const std::string& queue_url, std::span<const std::string> handles,
                  const std::function<void(json::Writer&)>& add) {
  json::Writer writer;
  begin(writer, queue_url).key("Entries").begin_array();
  for (std::size_t i = 0; i < handles.size(); ++i) {
    writer.begin_object().field("Id", std::to_string(i)).field("ReceiptHandle", handles[i]);
    add(writer);
    writer.end_object();
  }
  writer.end_array().end_object();
  return sqs_call(std::move(operation), writer);
}

// SQS writes numbers as texts.
std::optional<std::int64_t> number_in(const std::string& text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool is_throttling(std::string_view code) {
  return code.find("Throttl") != std::string_view::npos || code == "OverLimit" || code == "LimitExceededException";
}

struct NamedEntry {
  std::string id{};
  bool taken = false;
  bool at_fault = false;  // where it was not taken
  std::string code{};
  std::string message{};
};

std::vector<NamedEntry> published_entries(const std::string& body) {
  std::vector<NamedEntry> entries;
  const auto document = Xml::parse(body);
  if (!document) { return entries; }
  const XmlElement result = document->root()["PublishBatchResult"];
  for (const XmlElement& entry : result["Successful"].all("member")) { entries.push_back({.id = entry["Id"].text(), .taken = true}); }
  for (const XmlElement& entry : result["Failed"].all("member")) {
    entries.push_back({.id = entry["Id"].text(),
                       .at_fault = entry["SenderFault"].text() == "true",
                       .code = entry["Code"].text(),
                       .message = entry["Message"].text()});
  }
  return entries;
}

std::vector<NamedEntry> entries_in(const std::string& body) {
  const auto document = json::Document::parse(body, k_limits);
  std::vector<NamedEntry> entries;
  if (!document) { return entries; }
  for (const json::Value& entry : document->root()["Successful"].elements()) {
    entries.push_back({.id = entry["Id"].as_string().value_or(""), .taken = true});
  }
  for (const json::Value& entry : document->root()["Failed"].elements()) {
    // A stand-in writes the truth as a text.
    const bool at_fault = entry["SenderFault"].as_bool().value_or(entry["SenderFault"].as_string() == "true");
    entries.push_back({.id = entry["Id"].as_string().value_or(""),
                       .at_fault = at_fault,
                       .code = entry["Code"].as_string().value_or(""),
                       .message = entry["Message"].as_string().value_or("")});
  }
  return entries;
}

std::vector<NamedEntry> named_entries(const Call& call, const std::string& body) {
  return call.service == Service::sns ? published_entries(body) : entries_in(body);
}

EntryAnswer answer_of(const NamedEntry& entry) {
  const bool for_good = entry.at_fault && !is_throttling(entry.code);
  return entry.taken ? EntryAnswer::taken : for_good ? EntryAnswer::refused : EntryAnswer::failed;
}

std::optional<ReceivedMessage> message_of(const json::Value& value) {
  auto id = value["MessageId"].as_string();
  auto handle = value["ReceiptHandle"].as_string();
  auto body = value["Body"].as_string();
  if (!id || !handle || !body) { return std::nullopt; }
  ReceivedMessage message{.id = *std::move(id), .handle = *std::move(handle), .body = *std::move(body)};
  const auto digest = value["MD5OfBody"].as_string();
  message.damaged = digest && *digest != crypto::to_hex(crypto::md5(message.body));
  const json::Value system = value["Attributes"];
  message.receives = static_cast<int>(number_in(system["ApproximateReceiveCount"].as_string().value_or("")).value_or(1));
  if (const auto sent_at = number_in(system["SentTimestamp"].as_string().value_or(""))) { message.sent_at = Time{Millis{*sent_at}}; }
  for (const auto& [name, attribute] : value["MessageAttributes"].members()) {
    if (auto text = attribute["StringValue"].as_string()) { message.attributes.emplace(name, *std::move(text)); }
  }
  return message;
}

Error unreadable_answer(const char* what) {
  return {.code = ErrorCode::unavailable, .message = fmt::format("The answer of SQS to {} could not be read.", what)};
}

}  // namespace

std::size_t size_of(const OutgoingMessage& message) {
  std::size_t size = message.body.size();
  for (const auto& [name, value] : message.attributes) { size += name.size() + k_type.size() + value.size(); }
  return size;
}

Call publish_batch(const std::string& topic_arn, std::span<const OutgoingMessage> messages) {
  http::Parameters form{{"TopicArn", topic_arn}};
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string entry = fmt::format("PublishBatchRequestEntries.member.{}", i + 1);
    form.emplace_back(entry + ".Id", std::to_string(i));
    form.emplace_back(entry + ".Message", messages[i].body);
    int number = 0;
    for (const auto& [name, value] : messages[i].attributes) {
      const std::string attribute = fmt::format("{}.MessageAttributes.entry.{}", entry, ++number);
      form.emplace_back(attribute + ".Name", name);
      form.emplace_back(attribute + ".Value.DataType", k_type);
      form.emplace_back(attribute + ".Value.StringValue", value);
    }
  }
  return {.service = Service::sns, .operation = "PublishBatch", .body = http::to_form(form)};
}

Call send_batch(const std::string& queue_url, std::span<const OutgoingMessage> messages) {
  json::Writer writer;
  begin(writer, queue_url).key("Entries").begin_array();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    writer.begin_object().field("Id", std::to_string(i)).field("MessageBody", messages[i].body);
    if (messages[i].delay > seconds{0}) { writer.field("DelaySeconds", static_cast<std::int64_t>(messages[i].delay.count())); }
    write_attributes(writer, messages[i].attributes);
    writer.end_object();
  }
  writer.end_array().end_object();
  return sqs_call("SendMessageBatch", writer);
}

Call delete_batch(const std::string& queue_url, std::span<const std::string> handles) {
  return handle_batch("DeleteMessageBatch", queue_url, handles, [](json::Writer&) {});
}

Call visibility_batch(const std::string& queue_url, std::span<const std::string> handles, seconds hidden) {
  return handle_batch("ChangeMessageVisibilityBatch", queue_url, handles,
                      [&](json::Writer& entry) { entry.field("VisibilityTimeout", static_cast<std::int64_t>(hidden.count())); });
}

Call receive_call(const std::string& queue_url, int max, seconds wait, seconds hidden) {
  json::Writer writer;
  begin(writer, queue_url).field("MaxNumberOfMessages", max).field("WaitTimeSeconds", static_cast<std::int64_t>(wait.count()));
  writer.field("VisibilityTimeout", static_cast<std::int64_t>(hidden.count()));
  writer.key("MessageSystemAttributeNames").begin_array().value("All").end_array();
  writer.key("MessageAttributeNames").begin_array().value("All").end_array().end_object();
  Call call = sqs_call("ReceiveMessage", writer);
  call.timeout = wait + k_beyond_wait;
  return call;
}

Call attributes_call(const std::string& queue_url) {
  json::Writer writer;
  begin(writer, queue_url).key("AttributeNames").begin_array().value("All").end_array().end_object();
  return sqs_call("GetQueueAttributes", writer);
}

std::vector<EntryAnswer> entries_of(const Call& call, const std::string& body, std::size_t count) {
  std::vector<EntryAnswer> answers(count, EntryAnswer::failed);
  for (const NamedEntry& entry : named_entries(call, body)) {
    std::size_t place = count;
    std::from_chars(entry.id.data(), entry.id.data() + entry.id.size(), place);
    if (place < count) { answers[place] = answer_of(entry); }
  }
  return answers;
}

std::string first_reason(const Call& call, const std::string& body, EntryAnswer answer) {
  for (const NamedEntry& entry : named_entries(call, body)) {
    if (answer_of(entry) == answer) { return fmt::format("{}: {}", entry.code, entry.message.substr(0, k_reason_length_max)); }
  }
  return "";
}

Result<std::vector<ReceivedMessage>> messages_in(const std::string& body) {
  const auto document = json::Document::parse(body, k_limits);
  if (!document || !document->root().is_object()) { return unreadable_answer("ReceiveMessage"); }
  std::vector<ReceivedMessage> messages;
  for (const json::Value& value : document->root()["Messages"].elements()) {
    if (auto message = message_of(value)) { messages.push_back(*std::move(message)); }
  }
  return messages;
}

std::string QueueAttributes::text(const std::string& name) const {
  const auto found = texts.find(name);
  return found == texts.end() ? std::string() : found->second;
}

std::int64_t QueueAttributes::number(const std::string& name) const { return number_in(text(name)).value_or(0); }

Result<QueueAttributes> attributes_in(const std::string& body) {
  const auto document = json::Document::parse(body, k_limits);
  if (!document || !document->root().is_object()) { return unreadable_answer("GetQueueAttributes"); }
  QueueAttributes attributes;
  for (const auto& [name, value] : document->root()["Attributes"].members()) {
    if (auto text = value.as_string()) { attributes.texts.emplace(name, *std::move(text)); }
  }
  return attributes;
}

Time sqs_time(const Client& client, const Clock& clock) {
  const Time told = client.service_time();
  const Time ours = clock.now();
  return std::chrono::abs(ours - told) < k_clock_error ? ours : told;
}

Result<QueueAttributes> attributes_of(Client& client, const std::string& queue_url) {
  const Call call = attributes_call(queue_url);
  const auto answer = client.call(call);
  if (!answer) { return answer.error(); }
  if (answer->refusal) { return error_of(call, *answer->refusal); }
  return attributes_in(answer->body);
}

// What means the same to every caller, the client has told already.
Error error_of(const Call& call, const Refusal& refusal) {
  return {.code = is_throttling(refusal.code) ? ErrorCode::unavailable : ErrorCode::internal,
          .message = fmt::format("{} refused {} with {}.", facts_of(call.service).name, call.operation, refusal.code),
          .cause = refusal.message};
}

}  // namespace bizcomms::aws
