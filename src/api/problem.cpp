#include "api/problem.hpp"

#include <algorithm>
#include <array>

#include "bizcomms/api/api.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::api {
namespace {

constexpr std::string_view k_hidden_detail = "The failure is in our log under this request id. Try again later, or tell us the id.";

struct Kind {
  int status;
  std::string_view type;  // the last part of the type URN; stable, for programs
  std::string_view title;
};

// In openapi.json too.
constexpr std::array<Kind, 18> k_kinds{{
    {400, "invalid", "The request is not valid"},
    {401, "unauthenticated", "No valid API key"},
    {403, "forbidden", "The signature is missing or wrong"},
    {404, "not-found", "There is no such thing"},
    {405, "method-not-allowed", "This path does not take this method"},
    {408, "request-timeout", "The request took too long to arrive"},
    {409, "conflict", "The state does not allow it"},
    {413, "too-large", "The body is too large"},
    {414, "target-too-long", "The path and query are too long"},
    {415, "unsupported-media-type", "The body is of another type"},
    {417, "expectation-failed", "This expectation cannot be met"},
    {422, "idempotency-mismatch", "The idempotency key was used with another body"},
    {429, "rate-limited", "Too many requests"},
    {431, "header-too-large", "The header is too large"},
    {500, "internal", "Something went wrong on our side"},
    {501, "not-implemented", "This method is not known"},
    {503, "unavailable", "Not available at the moment"},
    {505, "http-version", "This version of HTTP is not spoken"},
}};

const Kind& kind_of(int status) {
  const auto found = std::find_if(k_kinds.begin(), k_kinds.end(), [status](const Kind& kind) { return kind.status == status; });
  if (found != k_kinds.end()) { return *found; }
  const int nearest = status < 500 ? 400 : 500;
  return *std::find_if(k_kinds.begin(), k_kinds.end(), [nearest](const Kind& kind) { return kind.status == nearest; });
}

http::Response written(int status, std::string_view detail, const std::vector<FieldError>& fields, const std::string& request_id) {
  const auto& kind = kind_of(status);
  json::Writer json;
  json.reserve(256);
  json.begin_object();
  json.field("type", "urn:bizcomms:problem:" + std::string(kind.type));
  json.field("title", kind.title).field("status", status).field("detail", detail).field("request_id", request_id);
  if (!fields.empty()) {
    json.key("errors").begin_array();
    for (const auto& each : fields) { json.begin_object().field("field", each.field).field("message", each.message).end_object(); }
    json.end_array();
  }
  json.end_object();
  return {.status = status, .body = json.take(), .content_type = "application/problem+json"};
}

std::string seconds_rounded_up(Millis duration) {
  return std::to_string(std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(duration).count(), 1));
}

}  // namespace

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return 400;
    case ErrorCode::unauthenticated:
      return 401;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::rate_limited:
      return 429;
    case ErrorCode::unavailable:
    case ErrorCode::misconfigured:
    case ErrorCode::outcome_unknown:
      return 503;
    case ErrorCode::rejected:
    case ErrorCode::internal:
      break;
  }
  return 500;
}

http::Response problem_with_status(int status, const Error& error, const std::string& request_id, std::chrono::seconds fallback) {
  const bool hidden = status == 500 || error.code == ErrorCode::misconfigured;
  const auto detail = hidden ? k_hidden_detail : std::string_view(error.message);
  auto response = written(status, detail, error.fields, request_id);
  if (status == 429 || status == 503) {
    response.headers.set("Retry-After", seconds_rounded_up(error.retry_after.value_or(Millis{fallback})));
  }
  if (status == 401) { response.headers.set("WWW-Authenticate", "ApiKey header=\"X-API-Key\""); }
  return response;
}

http::Response problem(const Error& error, const std::string& request_id, std::chrono::seconds fallback) {
  return problem_with_status(status_of(error.code), error, request_id, fallback);
}

http::Response error_page(int status, const std::string& detail, const std::string& request_id) {
  return written(status, detail, {}, request_id);
}

}  // namespace bizcomms::api
