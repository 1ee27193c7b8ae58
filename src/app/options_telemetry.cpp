#include "app/options.hpp"

namespace bizcomms::app {

OptionGroup telemetry_options(Settings& s) {
  using std::chrono::hours;
  using std::chrono::minutes;
  const Roles traced = Role::serve | Role::work | Role::poll | Role::dev;
  const Roles with_figures = Role::serve | Role::work | Role::poll;
  return {
      "Traces, and metrics for CloudWatch",
      {{"otlp-endpoint", &s.otlp.endpoint,
        "Where traces go by OTLP over HTTP, as in http://localhost:4318; /v1/traces is added. Empty: "
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, taken as it is, then OTEL_EXPORTER_OTLP_ENDPOINT; none of them: no traces. "
        "OTEL_SERVICE_NAME is heeded.",
        traced, bounds(0, 2048)},
       {"otlp-headers", &s.otlp.headers,
        "Headers of each export, name=value, more of them after commas; empty: OTEL_EXPORTER_OTLP_TRACES_HEADERS, then "
        "OTEL_EXPORTER_OTLP_HEADERS.",
        traced},
       {"otlp-timeout", &s.otlp.timeout,
        "Whole time of one export; unless given: OTEL_EXPORTER_OTLP_TRACES_TIMEOUT, then OTEL_EXPORTER_OTLP_TIMEOUT, in milliseconds.",
        traced, bounds(Millis{10}, minutes{10})},
       {"trace-ratio", &s.otlp.ratio,
        "Part of the alerts and requests traced whose caller has not decided it; unless given: OTEL_TRACES_SAMPLER and "
        "OTEL_TRACES_SAMPLER_ARG.",
        traced, bounds(0, 1)},
       {"emf-interval", &s.emf.interval, "How often the metrics are written to stdout in CloudWatch's embedded metric format; 0s: never.",
        with_figures, bounds(Millis{0}, hours{1})},
       {"emf-namespace", &s.emf.name_space, "CloudWatch's namespace of these metrics.", with_figures, bounds(1, 255)}}};
}

}  // namespace bizcomms::app
