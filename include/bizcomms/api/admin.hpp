// What every role serves on its admin port: liveness, readiness, metrics.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bizcomms/base/metrics.hpp"
#include "bizcomms/http/server.hpp"

namespace bizcomms::api {

struct Probe {
  bool ok = true;
  std::vector<std::string> reasons = {};  // sentences: why not
};

// Neither may block: they run on the server's I/O thread.
struct Probes {
  std::function<Probe()> live;   // false: restart me
  std::function<Probe()> ready;  // false: send me nothing
};

// GET /health/live, /health/ready (200 or 503 with the reasons) and /metrics in Prometheus' text form. Also registers the error page.
// `metrics` must outlive the server.
void mount_admin(http::Server& server, Probes probes, const Metrics& metrics);
[[nodiscard]] std::vector<http::Route> admin_routes(Probes probes, const Metrics& metrics);

}  // namespace bizcomms::api
