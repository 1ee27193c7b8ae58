// What every role stands on: the clock, the log, the metrics, the ids, what is told of them.
#pragma once

#include "app/option.hpp"
#include "app/settings.hpp"
#include "app/telemetry.hpp"
#include "bizcomms/base/ids.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::app {

struct Ground {
  Ground(const Settings& settings, Role role);

  SystemClock clock;
  Log log;
  Metrics metrics;
  IdSource ids;
  Telemetry telemetry;  // its end tells what all above came to
};

}  // namespace bizcomms::app
