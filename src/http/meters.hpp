// What the server counts. Each route's metrics are looked up once, not on each request. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>

#include "bizcomms/base/metrics.hpp"

namespace bizcomms::http {

// bizcomms_http_requests_total and bizcomms_http_request_seconds of one route.
class RouteMeter {
public:
  RouteMeter(Metrics& metrics, std::string server, std::string method, std::string route);
  void count(int status, double seconds);

private:
  // Statuses 100 to 599 whose last two digits are below 32: all in use. Others take the slow way.
  static constexpr std::size_t k_per_class = 32;
  [[nodiscard]] Counter& counter_of(int status);
  [[nodiscard]] Counter& made_counter(int status);

  Metrics& m_metrics;
  std::string m_server;
  std::string m_method;
  std::string m_route;
  Histogram& m_seconds;
  std::array<std::atomic<Counter*>, 5 * k_per_class> m_counters{};
};

// bizcomms_http_refused_total: answers given before a request reached a route.
class RefusalMeter {
public:
  RefusalMeter(Metrics& metrics, std::string server) : m_metrics(metrics), m_server(std::move(server)) {}
  void count(std::string_view reason);

private:
  Metrics& m_metrics;
  std::string m_server;
};

[[nodiscard]] Counter& idle_closed_counter(Metrics& metrics, const std::string& server);
[[nodiscard]] Gauge& connections_gauge(Metrics& metrics, const std::string& server);

}  // namespace bizcomms::http
