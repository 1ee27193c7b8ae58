#include "http/dispatcher.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "bizcomms/base/secret.hpp"
#include "http/field_name.hpp"
#include "http/percent.hpp"
#include "http/request_id.hpp"

namespace bizcomms::http {
namespace {

constexpr std::string_view k_unmatched = "unmatched";

Response plain_page(int status, const std::string& detail, const std::string&) {
  return {.status = status, .body = detail + "\n", .content_type = "text/plain; charset=utf-8"};
}

// "application/json; charset=utf-8" → "application/json"
std::string_view media_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ') || content_type.ends_with('\t')) { content_type.remove_suffix(1); }
  return content_type;
}

bool is_phone_number(std::string_view segment) {
  if (segment.starts_with('+')) { segment.remove_prefix(1); }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return segment.size() >= 7 && segment.size() <= 15 && std::all_of(segment.begin(), segment.end(), is_digit);
}

// A path with phone numbers in it masked, since a log line must never hold one in full.
std::string loggable(std::string_view path) {
  std::string shown;
  while (!path.empty()) {
    const auto end = std::min(path.find('/', 1), path.size());
    const std::string segment(path.substr(1, end - 1));
    shown += '/';
    shown += is_phone_number(segment) ? masked_number(segment) : segment;
    path.remove_prefix(end);
  }
  return shown;
}

}  // namespace

Dispatcher::Dispatcher(const ServerSettings& settings, const Log& log, Metrics& metrics, const Clock& clock, Tracer tracer)
    : m_name(settings.name),
      m_log(log),
      m_metrics(metrics),
      m_clock(clock),
      m_tracer(std::move(tracer)),
      m_error_page(plain_page),
      m_unmatched(std::make_unique<RouteMeter>(metrics, settings.name, "any", std::string(k_unmatched))),
      m_refusals(metrics, settings.name) {}

void Dispatcher::add(Route route) {
  check(static_cast<bool>(route.handler), "a route has a handler");
  m_router.add(route.method, route.pattern, m_routes.size());
  auto meter = std::make_unique<RouteMeter>(m_metrics, m_name, route.method, route.pattern);
  const bool quiet = route.pattern == "/metrics" || route.pattern.starts_with("/health");
  auto span_name = route.method + " " + route.pattern;
  m_routes.push_back({std::move(route), std::move(meter), quiet, std::move(span_name)});
}

void Dispatcher::fill(Head head, const std::string& peer, Random& random, Exchange& exchange) const {
  auto& request = exchange.request;
  request.method = std::move(head.method);
  request.target = std::move(head.target);
  request.path = std::move(head.path);
  request.headers = std::move(head.headers);
  request.id = request_id_of(request.headers, random);
  request.trace = trace_of(request.headers, random);
  request.client_address = m_proxies.client_of(peer, request.headers);
  exchange.keep_alive = head.keep_alive;
  exchange.began = m_clock.steady();
}

Dispatcher::Next Dispatcher::receive(Framer& framer, const std::string& peer, Random& random, Exchange& exchange) const {
  auto query = parse_form(framer.head().query());
  fill(std::move(framer.head()), peer, random, exchange);
  exchange.request.body = std::move(framer.body());
  const auto path = std::string_view(exchange.request.target).substr(0, exchange.request.target.find('?'));
  auto match = m_router.find(exchange.request.method, path);
  exchange.route = match.route;
  if (match.route == Router::k_none) {
    const bool known = !match.allow.empty();
    answer(exchange, known ? 405 : 404, known ? "This path takes " + match.allow + "." : "There is nothing at this path.");
    if (known) { exchange.response.headers.set("Allow", match.allow); }
    finish(exchange);
    return Next::answered;
  }
  if (!query) {
    answer(exchange, 400, "The query is not valid percent-encoded UTF-8, or has more than 200 parameters.");
    finish(exchange);
    return Next::answered;
  }
  exchange.request.query = std::move(*query);
  exchange.request.captures = std::move(match.captures);
  trace(m_routes[match.route], exchange);
  if (!accept_body(exchange)) {
    finish(exchange);
    return Next::answered;
  }
  return m_routes[match.route].route.run_on == RunOn::io_thread ? Next::run_here : Next::run_on_handler_thread;
}

// From here on the request's trace goes on from its own span, or says that it is not sampled.
void Dispatcher::trace(const Served& served, Exchange& exchange) const {
  if (!m_tracer.is_on() || served.quiet) { return; }
  Trace& trace = exchange.request.trace;
  if (served.route.origin) {
    if (auto origin = served.route.origin(exchange.request)) {
      trace = *std::move(origin);
    } else {
      trace.undecided = trace.sampled = false;
    }
  }
  exchange.span = m_tracer.start(trace, served.span_name, SpanKind::server);
  trace.sampled = exchange.span != nullptr;
  trace.undecided = false;
  if (!exchange.span) { return; }
  trace.parent_id = exchange.request.span_id = exchange.span->id;
  exchange.span->set("http.request.method", exchange.request.method);
  exchange.span->set("http.route", served.route.pattern);
  exchange.span->set("bizcomms.request_id", exchange.request.id);
}

bool Dispatcher::accept_body(Exchange& exchange) const {
  if (exchange.request.body.empty()) { return true; }
  const bool form = m_routes[exchange.route].route.takes_form;
  const std::string wanted = form ? "application/x-www-form-urlencoded" : "application/json";
  const auto given = exchange.request.headers.find("Content-Type");
  if (given && same_name(media_type(*given), wanted)) { return true; }
  answer(exchange, 415, "Send the body as Content-Type: " + wanted + ".");
  return false;
}

void Dispatcher::handle(Exchange& exchange) const {
  run(m_routes[exchange.route], exchange);
  finish(exchange);
}

void Dispatcher::run(const Served& served, Exchange& exchange) const {
  std::string what;
  try {
    exchange.response = served.route.handler(exchange.request);
    if (exchange.response.status >= 200 && exchange.response.status <= 599) { return; }
    what = "status " + std::to_string(exchange.response.status);
  } catch (const std::exception& error) { what = error.what(); } catch (...) {
    what = "an exception of unknown type";
  }
  m_log.error("handler failed", {{"server", m_name},
                                 {"method", exchange.request.method},
                                 {"route", served.route.pattern},
                                 {"cause", what},
                                 {"request_id", exchange.request.id},
                                 {"trace_id", exchange.request.trace.trace_id},
                                 LogField::if_any("span_id", exchange.request.span_id)});
  answer(exchange, 500, "The server failed while it handled this request.");
}

void Dispatcher::refuse_overload(Exchange& exchange) const {
  m_refusals.count("overload");
  answer(exchange, 503, "The server is busy; try again in a second.");
  exchange.response.headers.set("Retry-After", "1");
  finish(exchange);
}

void Dispatcher::refuse(const Refusal& refusal, Head head, const std::string& peer, Random& random, Exchange& exchange) const {
  m_refusals.count(refusal.reason);
  fill(std::move(head), peer, random, exchange);
  exchange.keep_alive = false;
  answer(exchange, refusal.status, refusal.detail);
  if (refusal.status == 503) { exchange.response.headers.set("Retry-After", "1"); }
  m_log.info("request refused", {{"server", m_name},
                                 {"status", refusal.status},
                                 {"reason", refusal.reason},
                                 {"detail", refusal.detail},
                                 {"client_address", exchange.request.client_address},
                                 {"request_id", exchange.request.id},
                                 {"trace_id", exchange.request.trace.trace_id}});
}

void Dispatcher::answer(Exchange& exchange, int status, const std::string& detail) const {
  try {
    exchange.response = m_error_page(status, detail, exchange.request.id);
  } catch (const std::exception& error) {
    m_log.error("error page failed", {{"server", m_name}, {"cause", error.what()}, {"request_id", exchange.request.id}});
    exchange.response = plain_page(status, detail, exchange.request.id);
  }
  exchange.response.status = status;
}

void Dispatcher::finish(Exchange& exchange) const {
  const auto seconds = std::chrono::duration<double>(m_clock.steady() - exchange.began).count();
  const bool matched = exchange.route != Router::k_none;
  const auto* const served = matched ? &m_routes[exchange.route] : nullptr;
  (matched ? served->meter : m_unmatched)->count(exchange.response.status, seconds);
  const auto span = std::exchange(exchange.span, nullptr);
  const bool keeps_span = span && exchange.request.of_known_caller;  // strangers may not fill our traces
  if (!keeps_span) { exchange.request.span_id.clear(); }
  log_request(exchange, matched ? served->route.pattern : k_unmatched, matched && served->quiet, seconds);
  if (!keeps_span) { return; }
  span->set("http.response.status_code", std::int64_t{exchange.response.status});
  if (exchange.response.status >= 500) { span->failure = "HTTP status " + std::to_string(exchange.response.status) + "."; }
  m_tracer.end(span);
}

void Dispatcher::log_request(const Exchange& exchange, std::string_view route, bool quiet, double seconds) const {
  if (!m_log.enabled(quiet ? LogLevel::debug : LogLevel::info)) { return; }
  const auto& request = exchange.request;
  const auto write = [&](std::initializer_list<LogField> fields) {
    quiet ? m_log.debug("request", fields) : m_log.info("request", fields);
  };
  write({{"server", m_name},
         {"method", request.method},
         {"route", route},
         {"path", loggable(request.path)},
         {"status", exchange.response.status},
         {"duration_ms", seconds * 1000},
         {"bytes", exchange.response.body.size()},
         {"client_address", request.client_address},
         {"request_id", request.id},
         {"trace_id", request.trace.trace_id},
         LogField::if_any("span_id", request.span_id)});
}

}  // namespace bizcomms::http
