#include "bizcomms/http/server.hpp"

#include <utility>

#include "http/dispatcher.hpp"
#include "http/front.hpp"
#include "http/handler_pool.hpp"

namespace bizcomms::http {

struct Server::Hidden {
  Hidden(ServerSettings the_settings, const Log& the_log, Metrics& the_metrics, const Clock& the_clock, Tracer tracer)
      : settings(std::move(the_settings)),
        log(the_log),
        metrics(the_metrics),
        clock(the_clock),
        dispatcher(settings, log, metrics, clock, std::move(tracer)) {}

  ServerSettings settings;
  Log log;
  Metrics& metrics;
  const Clock& clock;
  Dispatcher dispatcher;
  std::unique_ptr<HandlerPools> pools;
  std::unique_ptr<Front> front;  // before the pools in going
};

Server::Server(ServerSettings settings, const Log& log, Metrics& metrics, const Clock& clock, Tracer tracer)
    : m_hidden(std::make_unique<Hidden>(std::move(settings), log, metrics, clock, std::move(tracer))) {}

Server::~Server() { stop(); }

void Server::route(Route route) {
  check(!m_hidden->front, "routes are given before start");
  m_hidden->dispatcher.add(std::move(route));
}

void Server::error_page(ErrorPage page) {
  check(!m_hidden->front, "the error page is given before start");
  m_hidden->dispatcher.error_page(std::move(page));
}

Status Server::start() {
  auto& hidden = *m_hidden;
  check(!hidden.front, "a server is started once");
  auto& settings = hidden.settings;
  check(settings.io_threads > 0 && settings.reader_threads > 0 && settings.writer_threads > 0 && settings.handler_queue_max >= 0 &&
            settings.connections_max > 0,
        "a server has threads and connections");
  auto proxies = TrustedProxies::parse(settings.trusted_proxies);
  if (!proxies) { return proxies.error(); }
  hidden.dispatcher.trust(std::move(*proxies));
  hidden.pools = std::make_unique<HandlerPools>(settings);
  hidden.front = std::make_unique<Front>(settings, hidden.log, hidden.metrics, hidden.clock, hidden.dispatcher, *hidden.pools);
  return hidden.front->start();
}

std::string Server::address() const { return m_hidden->front ? m_hidden->front->address() : std::string(); }

int Server::drain(std::chrono::milliseconds limit) {
  if (!m_hidden->front) { return 0; }
  const int cut_off = m_hidden->front->drain(limit);
  stop();
  return cut_off;
}

void Server::stop() {
  if (m_hidden->front) { m_hidden->front->stop(); }
}

}  // namespace bizcomms::http
