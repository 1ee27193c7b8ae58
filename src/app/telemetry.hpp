// What a role tells of itself beside its log and /metrics: traces by OTLP, and metrics for CloudWatch.
#pragma once

#include <optional>

#include "app/option.hpp"
#include "app/settings.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/telemetry/emf.hpp"
#include "bizcomms/telemetry/otlp.hpp"

namespace bizcomms::app {

struct Context;

// Fills in what OpenTelemetry's own environment variables say, and checks the whole. `misconfigured`: in a sentence.
[[nodiscard]] Status complete_telemetry(Context& context);

// Of settings that were completed. At its end it sends and writes what is left.
class Telemetry {
public:
  Telemetry(const Settings& settings, Role role, const Clock& clock, const Log& log, Metrics& metrics);
  [[nodiscard]] const Tracer& tracer() const { return m_tracer; }

private:
  Metrics m_own;  // of the exporter's client: the gauges of the work's would be overwritten
  std::optional<http::CurlClient> m_client;
  std::optional<telemetry::OtlpExporter> m_exporter;
  Tracer m_tracer;
  std::optional<telemetry::EmfWriter> m_emf;
};

}  // namespace bizcomms::app
