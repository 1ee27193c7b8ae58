// What the worker's threads share.
#pragma once

#include <memory>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/worker/failpoints.hpp"
#include "bizcomms/worker/settings.hpp"
#include "bizcomms/worker/worker.hpp"
#include "worker/custody.hpp"
#include "worker/meters.hpp"
#include "worker/port_health.hpp"
#include "worker/traffic.hpp"

namespace bizcomms::worker {

// All of it is thread-safe or constant.
struct Context {
  const Settings& settings;
  Ports ports;
  const Clock& clock;
  const Log log;
  Meters& meters;
  const Failpoints& failpoints;
  PortHealth& database;
  PortHealth& queue;
  Custody& custody;
  const std::shared_ptr<Traffic> traffic;

  // Of jitter: one for each thread.
  [[nodiscard]] Random random(std::uint64_t place) const {
    return Random(settings.seed != 0 ? settings.seed + place : Random::system_seed());
  }
};

}  // namespace bizcomms::worker
