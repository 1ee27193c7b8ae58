#include "app/ground.hpp"

#include <unistd.h>

#include "app/version.hpp"

namespace bizcomms::app {
namespace {

LogSettings log_settings(const Settings& settings) {
  const bool text = settings.log_format == "text" || (settings.log_format == "auto" && ::isatty(STDERR_FILENO) == 1);
  return {settings.log_level, text ? LogFormat::text : LogFormat::json};
}

// On a terminal, role and cell on every line would only be in the way.
Log make_log(const Settings& settings, Role role) {
  const auto log_format = log_settings(settings);
  Log log(log_format);
  if (log_format.format == LogFormat::text) { return log; }
  return log.with({{"role", to_string(role)}, {"cell", settings.cell}, {"region", settings.region}});
}

}  // namespace

Ground::Ground(const Settings& settings, Role role)
    : log(make_log(settings, role)), ids(clock, Random::system_seed()), telemetry(settings, role, clock, log, metrics) {
  metrics
      .gauge("bizcomms_build_info", "Always 1; the labels say what runs.",
             {{"version", version_number()},
              {"commit", k_commit},
              {"role", std::string(to_string(role))},
              {"cell", settings.cell},
              {"region", settings.region}})
      .set(1);
}

}  // namespace bizcomms::app
