#include "bizcomms/hackernews/api_sink.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "bizcomms/alert/validation.hpp"
#include "bizcomms/hackernews/source.hpp"
#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::hackernews {
namespace {

constexpr std::size_t k_answer_max = std::size_t{1024} * 1024;
constexpr int k_retry_after_max_s = 24 * 3600;

std::size_t width_of(unsigned char lead) {
  if (lead < 0x80) { return 1; }
  if (lead < 0xE0) { return 2; }
  return lead < 0xF0 ? 3 : 4;
}

// The longest prefix of whole code points that has at most `units` UTF-16 units (and so at most that many code points).
std::string_view prefix(std::string_view text, std::size_t units) {
  std::size_t used = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const auto width = width_of(static_cast<unsigned char>(text[end]));
    used += width == 4 ? 2 : 1;
    if (used > units || end + width > text.size()) { break; }
    end += width;
  }
  return text.substr(0, end);
}

std::string cut(std::string_view text, std::size_t units) {
  if (alert::utf16_units(text) <= units) { return std::string(text); }
  return std::string(prefix(text, units - 1)) + "…";
}

std::optional<Millis> retry_after(const http::ClientResponse& answer) {
  const auto field = answer.headers.find("Retry-After");
  if (!field) { return std::nullopt; }
  int seconds = 0;
  const auto [end, error] = std::from_chars(field->data(), field->data() + field->size(), seconds);
  if (error != std::errc{} || end != field->data() + field->size() || seconds < 0) { return std::nullopt; }
  return std::chrono::seconds{std::min(seconds, k_retry_after_max_s)};
}

std::string detail_of(const http::ClientResponse& answer) {
  const auto document = json::Document::parse(answer.body, {.bytes = k_answer_max});
  if (!document) { return ""; }
  std::string detail = document->root()["detail"].as_string().value_or("");
  for (const auto& error : document->root()["errors"].elements()) {
    detail += " " + error["field"].as_string().value_or("") + ": " + error["message"].as_string().value_or("");
  }
  return detail;
}

Error refusal(const http::ClientResponse& answer) {
  const std::string what = "The alert API answered " + std::to_string(answer.status);
  Error error{.code = ErrorCode::internal, .message = what + ".", .cause = detail_of(answer), .retry_after = retry_after(answer)};
  if (answer.status == 401 || answer.status == 403) {
    error.code = ErrorCode::misconfigured;
    error.message = what + ": the API key is missing, wrong or revoked. Set --api-key to a key that `bizcomms keys list` shows.";
  } else if (answer.status == 404 || answer.status == 405) {
    error.code = ErrorCode::misconfigured;
    error.message = what + ": this is no BizComms API. Set --api-url to its address, without a path.";
  } else if (answer.status == 429) {
    error.code = ErrorCode::rate_limited;
  } else if (answer.status >= 500) {
    error.code = ErrorCode::unavailable;
  } else if (answer.status >= 400) {
    error.code = ErrorCode::invalid;
    error.message = what + ": it refuses this alert as it is.";
  }
  return error;
}

Error unreachable(const std::string& url, const Error& error) {
  Error out = error;
  out.cause = error.message + " " + error.cause;
  if (error.code == ErrorCode::invalid) {
    out.code = ErrorCode::misconfigured;
    out.message = "The address of the alert API cannot be used: " + url + ". Set --api-url, for example to http://127.0.0.1:8000.";
  } else {
    out.message = "The alert API at " + url + " does not answer.";
  }
  return out;
}

std::string body_of(const ApiSettings& settings, const alert::Story& story) {
  json::Writer writer;
  writer.begin_object().field("title", k_alert_title).field("message", message_of(story));
  writer.field("priority", alert::to_string(settings.priority)).field("delivery_method", alert::to_string(settings.method));
  writer.key("recipient_filters").begin_object().key("tags").begin_array();
  for (const auto& tag : settings.tags) { writer.value(tag); }
  writer.end_array().field("active_only", true).end_object().end_object();
  return writer.take();
}

}  // namespace

std::string message_of(const alert::Story& story) {
  const std::size_t title_units = alert::utf16_units(k_alert_title);
  const std::size_t units = std::min(alert::k_message_max, alert::k_sms_max - title_units - 1);
  constexpr std::size_t k_title_kept = 200;  // a title is never cut below this for the sake of its URL
  const bool url_fits = alert::utf16_units(story.url) + 1 + k_title_kept <= units;
  const std::string url = url_fits ? story.url : page_of(story.id);
  return cut(story.title, units - 1 - alert::utf16_units(url)) + "\n" + url;
}

ApiSink::ApiSink(ApiSettings settings, http::Client& client, Tracer tracer)
    : m_settings(std::move(settings)), m_client(client), m_tracer(std::move(tracer)) {
  while (m_settings.api_url.ends_with('/')) { m_settings.api_url.pop_back(); }
}

Result<bool> ApiSink::active() {
  auto answer =
      http::fetch(m_client, {.url = m_settings.api_url + "/health", .timeout = m_settings.timeout, .body_bytes_max = k_answer_max});
  if (!answer) { return unreachable(m_settings.api_url, answer.error()); }
  const auto document = json::Document::parse(answer->body, {.bytes = k_answer_max});
  const auto role = document ? document->root()["role"].as_string() : std::nullopt;
  if (role == "standby") { return false; }
  if (answer->status != 200) { return refusal(*answer); }
  if (role != "active") {
    return Error{.code = ErrorCode::misconfigured,
                 .message = m_settings.api_url + "/health does not tell a role: this is no BizComms API. Set --api-url to its address."};
  }
  return true;
}

// One that is read again may be a good one by the next cycle.
Error ApiSink::refused_key(const LiveSecret::Held& key, const http::ClientResponse& answer) const {
  m_settings.api_key.refuse(key);
  Error error = refusal(answer);
  if (!m_settings.api_key.source().empty()) { error.code = ErrorCode::unavailable; }
  return error;
}

Status ApiSink::raise(const alert::Story& story) {
  http::ClientRequest request{
      .method = "POST", .url = m_settings.api_url + "/v1/alerts", .timeout = m_settings.timeout, .body_bytes_max = k_answer_max};
  request.headers.add("Content-Type", "application/json");
  const auto key = m_settings.api_key.current();
  request.headers.add("X-API-Key", key->reveal());
  request.headers.add("Idempotency-Key", "hn-" + std::to_string(story.id));
  request.body = body_of(m_settings, story);
  const auto span = m_tracer.start_trace("raise story", SpanKind::client);
  if (span) {
    span->set("http.request.method", "POST");
    span->set("bizcomms.story_id", story.id);
    request.headers.add("traceparent", span->traceparent());
  }
  const auto answer = http::fetch(m_client, std::move(request));
  if (span && answer) { span->set("http.response.status_code", std::int64_t{answer->status}); }
  if (span && !answer) { span->failure = answer.error().message; }
  m_tracer.end(span);
  if (!answer) { return unreachable(m_settings.api_url, answer.error()); }
  // 422: this key was used with another text, so the story was raised before (its title or our settings have changed since).
  if (answer->status == 202 || answer->status == 422) { return {}; }
  return answer->status == 401 ? refused_key(key, *answer) : refusal(*answer);
}

}  // namespace bizcomms::hackernews
