#include "simulator/admin_api.hpp"

#include <charconv>
#include <utility>

#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::simulator {
namespace {

constexpr std::size_t k_phones_max = 1'000;
constexpr std::size_t k_items_max = 10'000;

// Nothing: not a number from 1 to max.
std::optional<std::size_t> limit_of(const http::Request& request, std::size_t fallback, std::size_t max) {
  const auto text = http::find(request.query, "limit");
  if (!text) { return fallback; }
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < 1 || value > max) { return std::nullopt; }
  return value;
}

http::Response bad_limit(std::size_t max) {
  return admin_error(400, "limit must be a whole number from 1 to " + std::to_string(max) + ".");
}

http::Response done(const std::optional<Trouble>& trouble) {
  if (trouble) { return admin_error(trouble->status, trouble->message); }
  return {.status = 204};
}

http::Response done(std::variant<Json, Trouble> result) {
  if (const auto* trouble = std::get_if<Trouble>(&result)) { return admin_error(trouble->status, trouble->message); }
  return {.body = std::get<Json>(std::move(result))};
}

std::string number_of(const http::Request& request) { return request.captures.empty() ? "" : request.captures.front(); }

}  // namespace

http::Response admin_error(int status, const std::string& message, const std::vector<FieldError>& fields) {
  json::Writer writer;
  writer.begin_object().field("error", message).key("errors").begin_array();
  for (const auto& field : fields) { writer.begin_object().field("field", field.field).field("message", field.message).end_object(); }
  writer.end_array().end_object();
  return {.status = status, .body = writer.take()};
}

http::Response AdminApi::phones(const http::Request& request) const {
  const auto limit = limit_of(request, 200, k_phones_max);
  if (!limit) { return bad_limit(k_phones_max); }
  return {.body = m_exchange.phones(*limit, http::find(request.query, "search").value_or(""))};
}

http::Response AdminApi::phone(const http::Request& request) const {
  const auto limit = limit_of(request, 200, k_items_max);
  if (!limit) { return bad_limit(k_items_max); }
  return done(m_exchange.phone(number_of(request), *limit));
}

http::Response AdminApi::record(const http::Request& request) const {
  const auto limit = limit_of(request, 1'000, k_items_max);
  if (!limit) { return bad_limit(k_items_max); }
  return done(m_exchange.record(*limit, http::find(request.query, "cursor").value_or(""), http::find(request.query, "all") == "true"));
}

http::Response AdminApi::reply(const http::Request& request) {
  auto document = json::Document::parse(request.body);
  if (!document) { return admin_error(400, document.error().message); }
  auto object = document->root().strict_object();
  const auto body = object.require_text("body", {.min = 0, .max = 1600});
  const auto to = object.text("to", {.min = 1, .max = 20});
  object.finish();
  if (const auto status = document->status("The reply is not valid."); !status) {
    return admin_error(400, status.error().message, status.error().fields);
  }
  return done(m_exchange.reply(number_of(request), *body, to.value_or("")));
}

http::Response AdminApi::press(const http::Request& request) {
  auto document = json::Document::parse(request.body);
  if (!document) { return admin_error(400, document.error().message); }
  auto object = document->root().strict_object();
  const auto digits = object.require_text("digits", {.min = 1, .max = 32});
  object.finish();
  if (const auto status = document->status("The key press is not valid."); !status) {
    return admin_error(400, status.error().message, status.error().fields);
  }
  return done(m_exchange.press(number_of(request), *digits));
}

// As Twilio does where its owner promotes another token: the old one is refused from then on.
http::Response AdminApi::change_token(const http::Request& request) {
  auto document = json::Document::parse(request.body);
  if (!document) { return admin_error(400, document.error().message); }
  auto object = document->root().strict_object();
  const auto token = object.require_text("auth_token", {.min = 1, .max = 64});
  object.finish();
  if (const auto status = document->status("The account is not valid."); !status) {
    return admin_error(400, status.error().message, status.error().fields);
  }
  m_settings.auth_token.replace(Secret(*token));
  return {.status = 204};
}

http::Response AdminApi::set_faults(const http::Request& request) {
  auto behaviour = parse_behaviour(request.body, m_settings.behaviour);
  if (!behaviour) { return admin_error(400, behaviour.error().message, behaviour.error().fields); }
  m_exchange.set_behaviour(std::move(*behaviour));
  return {.body = to_json(m_exchange.behaviour())};
}

std::vector<http::Route> AdminApi::routes() {
  std::vector<http::Route> routes;
  routes.push_back({"GET", "/simulator/phones", [this](const http::Request& r) { return phones(r); }});
  routes.push_back({"GET", "/simulator/phones/{number}", [this](const http::Request& r) { return phone(r); }});
  routes.push_back({"POST", "/simulator/phones/{number}/reply", [this](const http::Request& r) { return reply(r); }});
  routes.push_back({"POST", "/simulator/phones/{number}/press", [this](const http::Request& r) { return press(r); }});
  routes.push_back({"GET", "/simulator/record", [this](const http::Request& r) { return record(r); }});
  routes.push_back({"PUT", "/simulator/account", [this](const http::Request& r) { return change_token(r); }});
  routes.push_back(
      {"GET", "/simulator/faults", [this](const http::Request&) { return http::Response{.body = to_json(m_exchange.behaviour())}; }});
  routes.push_back({"PUT", "/simulator/faults", [this](const http::Request& r) { return set_faults(r); }});
  routes.push_back(
      {"GET", "/simulator/statistics", [this](const http::Request&) { return http::Response{.body = m_exchange.statistics()}; }});
  routes.push_back({"POST", "/simulator/reset", [this](const http::Request&) {
                      m_exchange.reset();
                      return http::Response{.status = 204};
                    }});
  return routes;
}

}  // namespace bizcomms::simulator
