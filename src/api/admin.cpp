#include "bizcomms/api/admin.hpp"

#include "bizcomms/api/api.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::api {
namespace {

constexpr const char* k_metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";  // Prometheus' text format

http::Response probe_answer(const Probe& probe, const char* good, const char* bad) {
  json::Writer json;
  json.begin_object().field("status", probe.ok ? good : bad);
  json.key("reasons").begin_array();
  for (const auto& reason : probe.reasons) { json.value(reason); }
  json.end_array().end_object();
  return {.status = probe.ok ? 200 : 503, .body = json.take()};
}

}  // namespace

std::vector<http::Route> admin_routes(Probes probes, const Metrics& metrics) {
  const auto on_io = [](const char* path, http::Handler handler) {
    return http::Route{.method = "GET", .pattern = path, .handler = std::move(handler), .run_on = http::RunOn::io_thread};
  };
  const auto live = [live = std::move(probes.live)](const http::Request&) { return probe_answer(live(), "live", "not live"); };
  const auto ready = [ready = std::move(probes.ready)](const http::Request&) { return probe_answer(ready(), "ready", "not ready"); };
  const auto text = [&metrics](const http::Request&) {
    return http::Response{.status = 200, .body = metrics.text(), .content_type = k_metrics_content_type};
  };
  return {on_io("/health/live", live), on_io("/health/ready", ready), on_io("/metrics", text)};
}

void mount_admin(http::Server& server, Probes probes, const Metrics& metrics) {
  for (auto& route : admin_routes(std::move(probes), metrics)) { server.route(std::move(route)); }
  server.error_page(error_page);
}

}  // namespace bizcomms::api
