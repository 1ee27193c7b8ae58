#include "http/meters.hpp"

#include <utility>

namespace bizcomms::http {

RouteMeter::RouteMeter(Metrics& metrics, std::string server, std::string method, std::string route)
    : m_metrics(metrics),
      m_server(std::move(server)),
      m_method(std::move(method)),
      m_route(std::move(route)),
      m_seconds(metrics.histogram("bizcomms_http_request_seconds", "Time from the last byte of a request to its answer.",
                                  Metrics::k_seconds, {{"server", m_server}, {"route", m_route}})) {}

void RouteMeter::count(int status, double seconds) {
  counter_of(status).add();
  m_seconds.observe(seconds);
}

Counter& RouteMeter::counter_of(int status) {
  const auto hundreds = static_cast<std::size_t>(status / 100);
  const auto rest = static_cast<std::size_t>(status % 100);
  if (status < 100 || status > 599 || rest >= k_per_class) { return made_counter(status); }
  auto& slot = m_counters[(hundreds - 1) * k_per_class + rest];
  Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &made_counter(status);  // two threads get the same one
    slot.store(counter, std::memory_order_release);
  }
  return *counter;
}

Counter& RouteMeter::made_counter(int status) {
  return m_metrics.counter("bizcomms_http_requests_total", "Requests answered.",
                           {{"server", m_server}, {"method", m_method}, {"route", m_route}, {"status", std::to_string(status)}});
}

void RefusalMeter::count(std::string_view reason) {
  m_metrics
      .counter("bizcomms_http_refused_total", "Requests and connections refused before they reached a route.",
               {{"server", m_server}, {"reason", std::string(reason)}})
      .add();
}

Counter& idle_closed_counter(Metrics& metrics, const std::string& server) {
  return metrics.counter("bizcomms_http_idle_closed_total", "Idle connections closed to make room for new ones.", {{"server", server}});
}

Gauge& connections_gauge(Metrics& metrics, const std::string& server) {
  return metrics.gauge("bizcomms_http_connections", "Open connections.", {{"server", server}});
}

}  // namespace bizcomms::http
