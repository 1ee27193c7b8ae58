#include "unit/api/api_on_fakes.hpp"

#include "bizcomms/twilio/signature.hpp"

namespace bizcomms::api {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

std::optional<std::vector<std::string>> captures_of(const std::string& pattern, const std::string& path) {
  const auto wanted = segments_of(pattern);
  const auto given = segments_of(path);
  if (wanted.size() != given.size()) { return std::nullopt; }
  std::vector<std::string> captures;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{') && !given[i].empty()) {
      captures.push_back(given[i]);
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return captures;
}

twilio::Settings twilio_settings() {
  twilio::Settings settings;
  settings.account_sid = "AC0123456789abcdef0123456789abcdef";
  settings.auth_token = Secret("0123456789abcdef0123456789abcdef");
  settings.senders = {"+15005550006"};
  settings.public_url = "https://hooks.bizcomms.example";
  return settings;
}

http::Request request_of(std::string method, std::string target, http::Headers headers, std::string body) {
  http::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers = std::move(headers);
  request.trace = {.trace_id = "0af7651916cd43dd8448eb211c80319c", .parent_id = "b7ad6b7169203331", .sampled = true};
  request.body = std::move(body);
  return request;
}

KeyRing::Load loader_of(ApiOnFakes& fakes) {
  return [&fakes]() -> Result<std::vector<NamedKey>> {
    if (fakes.keys_unreadable) { return Error{ErrorCode::unavailable, "The database is down."}; }
    return fakes.loaded_keys;
  };
}

}  // namespace

json::Value Answer::operator[](std::string_view member) const { return document->root()[member]; }

std::string Answer::text(std::string_view member) const { return document ? (*this)[member].as_string().value_or("") : ""; }

std::string Answer::header(std::string_view name) const { return std::string(response.headers.find(name).value_or("")); }

std::vector<std::string> Answer::errors() const {
  std::vector<std::string> all;
  if (!document) { return all; }
  for (const auto& each : (*this)["errors"].elements()) {
    all.push_back(each["field"].as_string().value_or("") + ": " + each["message"].as_string().value_or(""));
  }
  return all;
}

ApiOnFakes::ApiOnFakes(Settings settings)
    : keys({}, {{"tests", hash_of(k_test_key)}}, loader_of(*this), clock, log),
      twilio(twilio_settings()),
      api(std::move(settings),
          Parts{store, store, store, keys, ids, clock, log, metrics, twilio, [this] { return health; }, [this] { return takes_changes; }}),
      m_routes(api.routes()) {}

Answer ApiOnFakes::send(http::Request request) {
  if (request.id.empty()) { request.id = "request-1"; }
  request.client_address = client_address;
  const auto question = request.target.find('?');
  request.path = request.target.substr(0, question);
  if (question != std::string::npos) { request.query = http::parse_form(request.target.substr(question + 1)).value_or(http::Parameters{}); }
  Answer answer{.response = {.status = 404}, .status = 404, .document = nullptr};
  for (const auto& route : m_routes) {
    const auto captures = captures_of(route.pattern, request.path);
    if (!captures) { continue; }
    answer.status = 405;
    if (route.method != request.method) { continue; }
    request.captures = *captures;
    answer.response = route.handler(request);
    answer.status = answer.response.status;
    answer.of_known_caller = request.of_known_caller;
    if (auto document = json::Document::parse(answer.response.body)) {
      answer.document = std::make_shared<json::Document>(*std::move(document));
    }
    break;
  }
  return answer;
}

Answer ApiOnFakes::ask(const std::string& method, const std::string& target, const std::string& body, http::Headers headers) {
  if (!headers.find("X-API-Key")) { headers.add("X-API-Key", k_test_key); }
  return send(request_of(method, target, std::move(headers), body));
}

Answer ApiOnFakes::ask_as(const std::string& key, const std::string& method, const std::string& target, const std::string& body) {
  return ask(method, target, body, {{"X-API-Key", key}});
}

Answer ApiOnFakes::call_back(const std::string& target, const http::Parameters& form) {
  const auto signature = twilio::signature(*twilio.auth_token.current(), twilio.public_url + target, form);
  return send(request_of("POST", target, {{"X-Twilio-Signature", signature}}, http::to_form(form)));
}

std::string ApiOnFakes::post_alert(const std::string& body) { return ask("POST", "/v1/alerts", body).text("alert_id"); }

std::string ApiOnFakes::post_recipient(const std::string& phone_number, const std::string& more) {
  return ask("POST", "/v1/recipients", R"({"name":"Ada","phone_number":")" + phone_number + "\"" + more + "}").text("recipient_id");
}

}  // namespace bizcomms::api
