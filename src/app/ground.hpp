// What every role stands on: the clock, the log, the metrics, the ids.
#pragma once

#include "app/option.hpp"
#include "app/settings.hpp"
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
};

}  // namespace bizcomms::app
