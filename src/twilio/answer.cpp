#include "twilio/answer.hpp"

#include <algorithm>
#include <charconv>

#include "bizcomms/json/reader.hpp"
#include "bizcomms/twilio/errors.hpp"
#include "bizcomms/twilio/settings.hpp"
#include "bizcomms/twilio/webhooks.hpp"

namespace bizcomms::twilio {
namespace {

constexpr std::chrono::seconds k_retry_after_max = std::chrono::minutes{10};

std::optional<int> as_code(const json::Value& value) {
  const auto number = value.as_int();
  if (!number || *number <= 0 || *number > 999'999) { return std::nullopt; }
  return static_cast<int>(*number);
}

std::optional<int> code_of(const std::string& body) {
  const auto document = json::Document::parse(body);
  if (!document) { return std::nullopt; }
  return as_code(document->root()["code"]);
}

// Seconds only: Twilio sends no dates there.
std::optional<Millis> retry_after_of(const http::Headers& headers) {
  const auto text = headers.find("Retry-After");
  if (!text) { return std::nullopt; }
  int seconds = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (failure != std::errc{} || end != text->data() + text->size() || seconds <= 0) { return std::nullopt; }
  return std::min(std::chrono::seconds{seconds}, k_retry_after_max);
}

Error unreadable(const char* cause) {
  return Error{.code = ErrorCode::outcome_unknown, .message = "Twilio took the message, but its answer could not be read.", .cause = cause};
}

bool has_failed(alert::Channel channel, const std::string& status) {
  const auto meaning = channel == alert::Channel::sms ? message_status(status) : call_status(status);
  return meaning && meaning->kind == alert::ReportKind::failed;
}

}  // namespace

Error error_of_answer(const http::ClientResponse& answer) {
  Error error = error_of(answer.status, code_of(answer.body));
  if (error.code == ErrorCode::rate_limited) {
    if (const auto asked = retry_after_of(answer.headers)) { error.retry_after = asked; }
  }
  return error;
}

Result<alert::ProviderId> created_sid(const http::ClientResponse& answer, alert::Channel channel) {
  if (answer.status < 200 || answer.status > 299) { return error_of_answer(answer); }
  const auto document = json::Document::parse(answer.body);
  if (!document) { return unreadable("not JSON"); }
  const json::Value root = document->root();
  const std::string sid = root["sid"].as_string().value_or("");
  if (!(channel == alert::Channel::sms ? is_message_sid(sid) : is_call_sid(sid))) { return unreadable("no SID"); }
  // An error code beside a status that has not failed is a warning: the message is on its way.
  const auto code = as_code(root["error_code"]);
  const bool failed = has_failed(channel, root["status"].as_string().value_or(""));
  if (!failed) { return sid; }
  if (code) { return error_of(*code); }
  return Error{.code = ErrorCode::rejected, .message = "Twilio took the message and failed it at once, without a reason."};
}

}  // namespace bizcomms::twilio
