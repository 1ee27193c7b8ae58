#include "test_server.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace bizcomms::http {
namespace {

Response text(std::string body) { return {.body = std::move(body), .content_type = "text/plain"}; }

Response page(int status, const std::string& detail, const std::string& request_id) {
  return {.status = status, .body = fmt::format("{} {} {}", status, request_id, detail), .content_type = "application/problem+json"};
}

// Of a caller that was checked: the trace that the handler saw.
Response traced(const Request& request) {
  request.of_known_caller = true;
  return text(request.trace.to_traceparent());
}

Response echo(const Request& request) {
  std::string shown = request.captures.front() + " from " + request.client_address;
  for (const auto& [name, value] : request.query) { shown += fmt::format(" {}={}", name, value); }
  return text(shown);
}

}  // namespace

void Gate::open() {
  const std::scoped_lock lock(m_mutex);
  m_open = true;
  m_changed.notify_all();
}

void Gate::pass() {
  std::unique_lock lock(m_mutex);
  ++m_arrived;
  m_changed.notify_all();
  m_changed.wait(lock, [&] { return m_open; });
}

void Gate::wait_for(int count) {
  std::unique_lock lock(m_mutex);
  EXPECT_TRUE(m_changed.wait_for(lock, std::chrono::seconds{20}, [&] { return m_arrived >= count; }));
}

ServerSettings TestServer::settings(int threads) {
  ServerSettings settings;
  settings.listen = "127.0.0.1:0";
  settings.reader_threads = threads;
  settings.writer_threads = threads;
  return settings;
}

TestServer::TestServer(ServerSettings settings, const Clock* clock, Tracer tracer)
    : server(
          [&] {
            if (settings.listen == ServerSettings{}.listen) { settings.listen = "127.0.0.1:0"; }
            return settings;
          }(),
          Log({.level = LogLevel::info},
              [this](std::string_view line) {
                const std::scoped_lock lock(m_mutex);
                m_lines += std::string(line) + "\n";
              }),
          metrics, clock != nullptr ? *clock : system_clock, std::move(tracer)) {
  server.error_page(page);
  server.route({"GET", "/health", [](const Request&) { return text("up"); }, RunOn::io_thread});
  server.route({"GET", "/echo/{id}", echo});
  server.route({"POST", "/json", [](const Request& request) { return text(request.body); }});
  server.route({"POST", "/form", [](const Request& request) { return text(request.body); }, RunOn::handler_thread, true});
  const Handler at_gate = [this](const Request&) {
    gate.pass();
    return text("through");
  };
  server.route({"GET", "/gate", at_gate});
  server.route({"POST", "/gate", at_gate});
  server.route({"GET", "/throw", [](const Request& request) -> Response {
                  request.of_known_caller = true;
                  throw std::runtime_error("the secret inside");
                }});
  server.route({"GET", "/big", [](const Request&) { return text(std::string(k_big, 'b')); }});
  server.route({"GET", "/phones/{number}", [](const Request&) { return Response{.status = 204, .body = "never sent"}; }});
  server.route({.method = "POST", .pattern = "/callback", .handler = traced, .takes_form = true, .origin = [](const Request& request) {
                  return parse_traceparent(find(request.query, "p").value_or(""));
                }});
  server.route({"GET", "/open", [](const Request& request) { return text(request.trace.to_traceparent()); }});
  server.route({"GET", "/trace", traced});
  const auto started = server.start();
  EXPECT_TRUE(started) << (started ? "" : started.error().message);
}

std::string TestServer::log_lines() {
  const std::scoped_lock lock(m_mutex);
  return m_lines;
}

double TestServer::metric(const std::string& line) const {
  const auto all = metrics.text();
  const auto at = all.find("\n" + line + " ");
  return at == std::string::npos ? 0 : std::stod(all.substr(at + line.size() + 2));
}

}  // namespace bizcomms::http
