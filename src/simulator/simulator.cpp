#include "bizcomms/simulator/simulator.hpp"

#include <utility>

#include "bizcomms/http/server.hpp"
#include "simulator/admin_api.hpp"
#include "simulator/courier.hpp"
#include "simulator/exchange.hpp"
#include "simulator/page.hpp"
#include "simulator/stories.hpp"
#include "simulator/twilio_api.hpp"

namespace bizcomms::simulator {
namespace {

http::ServerSettings server_settings(const Settings& settings) {
  http::ServerSettings server;
  server.name = settings.metrics_name;
  server.listen = settings.listen;
  server.reader_threads = 4;
  server.writer_threads = 4;
  server.body_bytes_max = 16'000'000;  // a long list of faulty recipients
  return server;
}

// Callers of Twilio's paths and of our own read different bodies; the page of an error cannot know the path, so it suits both.
http::Response error_page(int status, const std::string& detail, const std::string& request_id) {
  Refusal refusal{status == 404 ? 20404 : 20001, detail.empty() ? "Request " + request_id + " cannot be answered" : detail};
  auto response = to_response(refusal);
  response.status = status;
  return response;
}

}  // namespace

struct Simulator::Hidden {
  Hidden(Settings given, const Log& the_log, Metrics& metrics, const Clock& clock, http::Client& callbacks)
      : settings(std::move(given)),
        log(the_log),
        stories(settings.stories_folder),
        courier(settings.webhooks_in_flight_max, settings.auth_token, callbacks, clock, log),
        exchange(settings, clock, courier),
        twilio(settings, exchange, metrics),
        admin(settings, exchange),
        server(server_settings(settings), log, metrics, clock) {
    for (auto& route : twilio.routes()) { server.route(std::move(route)); }
    for (auto& route : admin.routes()) { server.route(std::move(route)); }
    for (auto& route : stories.routes()) { server.route(std::move(route)); }
    server.route({"GET", "/", [](const http::Request&) { return page(); }});
    server.error_page(error_page);
  }

  Settings settings;
  Log log;
  Stories stories;
  Courier courier;
  Exchange exchange;
  TwilioApi twilio;
  AdminApi admin;
  http::Server server;
};

Simulator::Simulator(Settings settings, const Log& log, Metrics& metrics, const Clock& clock, http::Client& callbacks)
    : m_hidden(std::make_unique<Hidden>(std::move(settings), log, metrics, clock, callbacks)) {}

Simulator::~Simulator() { stop(); }

Status Simulator::start() {
  if (auto status = m_hidden->stories.check(); !status) { return status; }
  if (auto status = m_hidden->server.start(); !status) { return status; }
  m_hidden->courier.start();
  m_hidden->log.info("The simulator is up",
                     {{"address", m_hidden->server.address()}, {"page", "http://" + m_hidden->server.address() + "/"}});
  return {};
}

std::string Simulator::address() const { return m_hidden->server.address(); }

void Simulator::stop() {
  m_hidden->server.stop();
  m_hidden->courier.stop();
}

}  // namespace bizcomms::simulator
