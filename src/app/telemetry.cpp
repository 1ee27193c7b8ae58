#include "app/telemetry.hpp"

#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "app/commands.hpp"
#include "app/version.hpp"

namespace bizcomms::app {
namespace {

constexpr int k_export_connections = 1;

bool is_observed(Role role) { return (Role::serve | Role::work | Role::poll | Role::dev).has(role); }

telemetry::Resource resource_of(const Settings& settings, Role role) {
  const auto& name = settings.otlp.service_name;
  return {{"service.name", name.empty() ? "bizcomms-" + std::string(to_string(role)) : name},
          {"service.version", version_number()},
          {"bizcomms.cell", settings.cell},
          {"bizcomms.region", settings.region}};
}

// In one piece where the other end takes it, so that not even a log line of stderr breaks it, should both go to the same place.
void write_to_stdout(std::string_view line) {
  while (!line.empty()) {
    const auto written = ::write(STDOUT_FILENO, line.data(), line.size());
    if (written < 0 && errno != EINTR) { return; }
    line.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
}

}  // namespace

Status complete_telemetry(Context& context) {
  if (!is_observed(context.role)) { return {}; }
  auto& otlp = context.settings.otlp;
  otlp = telemetry::completed(otlp, process_environment(),
                              {.timeout = context.origins.contains("otlp-timeout"), .ratio = context.origins.contains("trace-ratio")});
  return otlp.is_on() ? telemetry::check(otlp) : Status{};
}

Telemetry::Telemetry(const Settings& settings, Role role, const Clock& clock, const Log& log, Metrics& metrics) {
  if (!is_observed(role)) { return; }
  if (!settings.otlp.disabled_by.empty() && !settings.otlp.endpoint.empty()) {
    log.warning("no traces are exported", {{"disabled_by", settings.otlp.disabled_by}});
  }
  for (const auto& name : settings.otlp.ignored) { log.warning("environment variable ignored", {{"name", name}}); }
  if (settings.otlp.is_on()) {
    m_client.emplace(http::CurlSettings{.connections_max = k_export_connections, .ca_file = settings.client.ca_file}, log, m_own);
    m_exporter.emplace(settings.otlp, resource_of(settings, role), *m_client, clock, log, metrics);
    m_tracer = Tracer(*m_exporter, clock, settings.otlp.ratio, Random::system_seed());
  }
  if (settings.emf.interval.count() > 0 && role != Role::dev) {
    m_emf.emplace(settings.emf, Labels{{"cell", settings.cell}, {"region", settings.region}, {"role", std::string(to_string(role))}},
                  metrics, clock, write_to_stdout);
  }
}

}  // namespace bizcomms::app
