// What the worker's threads share.
#pragma once

#include <memory>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/base/tracer.hpp"
#include "bizcomms/worker/failpoints.hpp"
#include "bizcomms/worker/settings.hpp"
#include "bizcomms/worker/worker.hpp"
#include "worker/custody.hpp"
#include "worker/meters.hpp"
#include "worker/port_health.hpp"
#include "worker/traffic.hpp"

namespace bizcomms::worker {

// Which stream of the seed each part draws from; receivers and recorders add their number.
enum class RandomStream : std::uint64_t {
  dispatcher = 1,
  finisher = 2,
  reconciler = 3,
  state_checker = 4,
  word_checker = 5,
  recorders = 100,
  receivers = 200
};

// All of it is thread-safe or constant.
struct Context {
  const Settings& settings;
  Ports ports;
  const Clock& clock;
  const Log log;
  const Tracer tracer;
  Meters& meters;
  const Failpoints& failpoints;
  PortHealth& database;
  PortHealth& queue;
  Custody& custody;
  const std::shared_ptr<Traffic> traffic;

  // Of jitter: one for each thread.
  [[nodiscard]] Random random(RandomStream stream, std::uint64_t number = 0) const { return Random(seed_of(stream, number)); }
  [[nodiscard]] std::uint64_t seed_of(RandomStream stream, std::uint64_t number = 0) const {
    return settings.seed != 0 ? settings.seed + static_cast<std::uint64_t>(stream) + number : Random::system_seed();
  }
};

}  // namespace bizcomms::worker
