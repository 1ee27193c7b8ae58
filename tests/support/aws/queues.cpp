#include "support/aws/queues.hpp"

#include <stdexcept>
#include <utility>

#include "bizcomms/json/writer.hpp"
#include "support/process.hpp"

namespace bizcomms::test {
namespace {

json::Document parsed(const std::string& text) {
  auto document = json::Document::parse(text, {.bytes = std::size_t{16} * 1024 * 1024});
  if (!document) { throw std::runtime_error("An emulator's answer is no JSON: " + text); }
  return *std::move(document);
}

void write_texts(json::Writer& writer, const std::map<std::string, std::string>& texts) {
  writer.begin_object();
  for (const auto& [name, value] : texts) { writer.field(name, value); }
  writer.end_object();
}

std::map<std::string, std::string> texts_in(const json::Value& object) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, value] : object.members()) { texts[name] = value.as_string().value_or(""); }
  return texts;
}

QueueMessage message_in(const json::Value& json) {
  QueueMessage message{.body = json["Body"].as_string().value_or(""), .receipt = json["ReceiptHandle"].as_string().value_or("")};
  for (const auto& [name, value] : json["MessageAttributes"].members()) {
    message.attributes[name] = value["StringValue"].as_string().value_or("");
  }
  message.receives = std::stoi(json["Attributes"]["ApproximateReceiveCount"].as_string().value_or("0"));
  return message;
}

}  // namespace

http::ClientResponse Queues::call(const std::string& operation, const std::string& body) {
  return m_client.json("sqs", "AmazonSQS." + operation, body);
}

Queue Queues::create(const std::string& name, const std::map<std::string, std::string>& attributes) {
  json::Writer writer;
  writer.begin_object().field("QueueName", name).key("Attributes");
  write_texts(writer, attributes);
  writer.end_object();
  const auto created = parsed(body_of(call("CreateQueue", writer.take())));
  Queue queue{.url = created.root()["QueueUrl"].as_string().value_or(""), .arn = {}};
  queue.arn = this->attributes(queue).at("QueueArn");
  return queue;
}

Queue Queues::create(const std::string& name, const Queue& dead_letters, int receives_max, std::map<std::string, std::string> attributes) {
  json::Writer policy;
  policy.begin_object().field("deadLetterTargetArn", dead_letters.arn).field("maxReceiveCount", receives_max).end_object();
  attributes["RedrivePolicy"] = policy.take();
  return create(name, attributes);
}

void Queues::send(const Queue& queue, const QueueMessage& message) {
  json::Writer writer;
  writer.begin_object().field("QueueUrl", queue.url).field("MessageBody", message.body).key("MessageAttributes").begin_object();
  for (const auto& [name, value] : message.attributes) {
    writer.key(name).begin_object().field("DataType", "String").field("StringValue", value).end_object();
  }
  writer.end_object().end_object();
  static_cast<void>(body_of(call("SendMessage", writer.take())));
}

std::vector<QueueMessage> Queues::receive(const Queue& queue, std::chrono::seconds wait) {
  json::Writer writer;
  writer.begin_object().field("QueueUrl", queue.url).field("MaxNumberOfMessages", 10);
  writer.field("WaitTimeSeconds", static_cast<std::int64_t>(wait.count()));
  writer.key("AttributeNames").begin_array().value("All").end_array();
  writer.key("MessageAttributeNames").begin_array().value("All").end_array().end_object();
  const auto received = parsed(body_of(call("ReceiveMessage", writer.take())));
  std::vector<QueueMessage> messages;
  for (const auto& message : received.root()["Messages"].elements()) { messages.push_back(message_in(message)); }
  return messages;
}

void Queues::remove(const Queue& queue, const QueueMessage& message) {
  json::Writer writer;
  writer.begin_object().field("QueueUrl", queue.url).field("ReceiptHandle", message.receipt).end_object();
  static_cast<void>(body_of(call("DeleteMessage", writer.take())));
}

std::vector<QueueMessage> Queues::take(const Queue& queue, std::size_t count) {
  std::vector<QueueMessage> taken;
  static_cast<void>(eventually([&] {
    for (auto& message : receive(queue)) {
      remove(queue, message);
      taken.push_back(std::move(message));
    }
    return taken.size() >= count;
  }));
  return taken;
}

std::map<std::string, std::string> Queues::attributes(const Queue& queue) {
  json::Writer writer;
  writer.begin_object().field("QueueUrl", queue.url).key("AttributeNames").begin_array().value("All").end_array().end_object();
  return texts_in(parsed(body_of(call("GetQueueAttributes", writer.take()))).root()["Attributes"]);
}

}  // namespace bizcomms::test
