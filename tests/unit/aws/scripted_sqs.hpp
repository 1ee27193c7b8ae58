// SQS and SNS that answer by a script, at once: for each operation one answer after the other, the last one stays.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bizcomms/aws/queue.hpp"
#include "bizcomms/crypto/crypto.hpp"
#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::aws {

class ScriptedSqs final : public http::Client {
public:
  // "200 {…}"; "reset": no answer comes.
  void answer(const std::string& operation, std::vector<std::string> answers) {
    const std::scoped_lock lock(m_mutex);
    m_answers[operation] = std::move(answers);
  }

  void date(Time date) {  // of all answers from now on
    const std::scoped_lock lock(m_mutex);
    m_date = date;
  }

  void send(http::ClientRequest request, std::function<void(Result<http::ClientResponse>)> done) override {
    const auto form = http::parse_form(request.body).value_or(http::Parameters{});
    const auto target = request.headers.find("X-Amz-Target");
    const std::string operation(target ? target->substr(target->find('.') + 1) : http::find(form, "Action").value_or(""));
    done(next(operation, request.body));
  }

  // The bodies of that operation's requests, so far.
  [[nodiscard]] std::vector<std::string> asked(const std::string& operation) const {
    const std::scoped_lock lock(m_mutex);
    const auto found = m_asked.find(operation);
    return found == m_asked.end() ? std::vector<std::string>() : found->second;
  }
  // The last one, as long as this lives.
  [[nodiscard]] json::Value last(const std::string& operation) {
    auto document = json::Document::parse(asked(operation).back());
    const std::scoped_lock lock(m_mutex);
    return m_read.emplace_back(*std::move(document)).root();
  }

private:
  Result<http::ClientResponse> next(const std::string& operation, const std::string& body) {
    const std::scoped_lock lock(m_mutex);
    m_asked[operation].push_back(body);
    auto& answers = m_answers[operation];
    const std::string answer = answers.empty() ? all_taken(body) : answers.front();
    if (answers.size() > 1) { answers.erase(answers.begin()); }
    if (answer == "reset") { return Error{.code = ErrorCode::outcome_unknown, .message = "reset"}; }
    http::Headers headers;
    if (m_date) { headers = {{"Date", to_rfc2822(*m_date)}, {"x-amzn-RequestId", "r-1"}}; }
    return http::ClientResponse{std::stoi(answer), headers, answer.substr(4)};
  }

  // Where nothing was scripted, every entry of a batch is taken, and queues are empty.
  static std::string all_taken(const std::string& body) {
    const auto request = json::Document::parse(body);
    json::Writer answer;
    answer.begin_object();
    if (request && request->root()["Entries"].is_array()) {
      answer.key("Successful").begin_array();
      for (const auto& entry : request->root()["Entries"].elements()) {
        answer.begin_object().field("Id", entry["Id"].as_string()).field("MessageId", "m").end_object();
      }
      answer.end_array();
    }
    return "200 " + answer.end_object().take();
  }

  mutable std::mutex m_mutex;  // guards all below
  std::optional<Time> m_date;
  std::map<std::string, std::vector<std::string>> m_answers;
  std::map<std::string, std::vector<std::string>> m_asked;
  std::vector<json::Document> m_read;
};

// A message as SQS gives it out, in an answer that holds it alone.
struct GivenOut {
  std::string id = "id-1";
  std::string handle = "handle-1";
  std::string body{};
  std::string digest{};  // the body's own where empty
  int receives = 1;
  Time sent_at{};
  std::map<std::string, std::string> attributes{};
};

inline std::string given_out(const std::vector<GivenOut>& messages) {
  json::Writer answer;
  answer.begin_object().key("Messages").begin_array();
  for (const GivenOut& message : messages) {
    const std::string digest = message.digest.empty() ? crypto::to_hex(crypto::md5(message.body)) : message.digest;
    answer.begin_object().field("MessageId", message.id).field("ReceiptHandle", message.handle).field("Body", message.body);
    answer.field("MD5OfBody", digest).key("Attributes").begin_object();
    answer.field("ApproximateReceiveCount", std::to_string(message.receives));
    answer.field("SentTimestamp", std::to_string(message.sent_at.time_since_epoch().count())).end_object();
    answer.key("MessageAttributes").begin_object();
    for (const auto& [name, value] : message.attributes) {
      answer.key(name).begin_object().field("DataType", "String").field("StringValue", value).end_object();
    }
    answer.end_object().end_object();
  }
  return "200 " + answer.end_array().end_object().take();
}

inline alert::Event sample_event(alert::Lane lane = alert::Lane::standard, std::int32_t batch = 2) {
  alert::Event event{.kind = alert::EventKind::batch_ready, .batch = batch, .lane = lane, .epoch = 3};
  event.alert.uuid.bytes[15] = 7;
  event.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  return event;
}

}  // namespace bizcomms::aws
