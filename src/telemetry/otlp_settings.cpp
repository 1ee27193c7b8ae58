#include <fmt/format.h>

#include <charconv>

#include "bizcomms/telemetry/otlp.hpp"
#include "telemetry/otlp_headers.hpp"

namespace bizcomms::telemetry {
namespace {

using Environment = std::map<std::string, std::string>;

bool is_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

// Reads variables that may be meant for others: what cannot be read is told, and taken as if it were not there.
class Variables {
public:
  Variables(const Environment& environment, std::vector<std::string>& ignored) : m_environment(environment), m_ignored(ignored) {}

  [[nodiscard]] std::string text(const char* name) const {
    const auto found = m_environment.find(name);
    return found == m_environment.end() ? "" : found->second;
  }
  // The first name that is there.
  [[nodiscard]] const char* first_of(const char* name, const char* otherwise) const { return text(name).empty() ? otherwise : name; }

  [[nodiscard]] std::string url(const char* name) {
    auto found = text(name);
    if (found.empty() || is_url(found)) { return found; }
    m_ignored.emplace_back(name);
    return {};
  }

  [[nodiscard]] Secret headers(const char* name) {
    auto found = text(name);
    if (parse_headers(found)) { return Secret(std::move(found)); }
    m_ignored.emplace_back(name);
    return {};
  }

  template <class Number>
  [[nodiscard]] std::optional<Number> number(const char* name, Number max) {
    const auto found = text(name);
    if (found.empty()) { return std::nullopt; }
    Number number{};
    const auto read = std::from_chars(found.data(), found.data() + found.size(), number);
    if (read.ec == std::errc{} && read.ptr == found.data() + found.size() && number >= 0 && number <= max) { return number; }
    m_ignored.emplace_back(name);
    return std::nullopt;
  }

  void ignore(const char* name) { m_ignored.emplace_back(name); }

private:
  const Environment& m_environment;
  std::vector<std::string>& m_ignored;
};

// Why an endpoint that only the environment names is not used.
std::string not_for_us(const Variables& variables) {
  const auto protocol = variables.text(variables.first_of("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"));
  if (protocol == "grpc") { return "OTEL_EXPORTER_OTLP_PROTOCOL=grpc"; }
  const auto exporter = variables.text("OTEL_TRACES_EXPORTER");
  return exporter.empty() || exporter == "otlp" ? "" : "OTEL_TRACES_EXPORTER=" + exporter;
}

void find_endpoint(OtlpSettings& settings, Variables& variables) {
  const bool is_ours = !settings.endpoint.empty();
  if (variables.text("OTEL_SDK_DISABLED") == "true") {
    settings.disabled_by = "OTEL_SDK_DISABLED=true";
  } else if (!is_ours) {
    settings.disabled_by = not_for_us(variables);
  }
  if (is_ours) { return; }
  if (!settings.disabled_by.empty()) {  // whatever it is, it is not used
    settings.endpoint = variables.text(variables.first_of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"));
    return;
  }
  settings.traces_endpoint = variables.url("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  settings.endpoint = variables.url("OTEL_EXPORTER_OTLP_ENDPOINT");
}

// Source: OpenTelemetry's environment variables, general SDK configuration. Whatever the sampler, a caller's decision goes before it.
void choose_ratio(OtlpSettings& settings, Variables& variables) {
  const std::string given = variables.text("OTEL_TRACES_SAMPLER");
  std::string_view sampler = given;
  constexpr std::string_view k_by_parent = "parentbased_";
  if (sampler.starts_with(k_by_parent)) { sampler.remove_prefix(k_by_parent.size()); }
  if (sampler == "always_on") {
    settings.ratio = 1;
  } else if (sampler == "always_off") {
    settings.ratio = 0;
  } else if (sampler.empty() || sampler == "traceidratio") {
    settings.ratio = variables.number<double>("OTEL_TRACES_SAMPLER_ARG", 1).value_or(settings.ratio);
  } else {
    variables.ignore("OTEL_TRACES_SAMPLER");
  }
}

}  // namespace

OtlpSettings completed(OtlpSettings settings, const Environment& environment, Given given) {
  Variables variables(environment, settings.ignored);
  find_endpoint(settings, variables);
  if (!settings.is_on()) { return settings; }
  if (settings.headers.empty()) {
    settings.headers = variables.headers(variables.first_of("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"));
  }
  if (settings.service_name.empty()) { settings.service_name = variables.text("OTEL_SERVICE_NAME"); }
  if (!given.timeout) {
    constexpr std::int64_t k_timeout_max_ms = 600'000;
    const auto* name = variables.first_of("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT");
    if (const auto timeout = variables.number(name, k_timeout_max_ms)) { settings.timeout = Millis{std::max<std::int64_t>(*timeout, 1)}; }
  }
  if (!given.ratio) { choose_ratio(settings, variables); }
  return settings;
}

Status check(const OtlpSettings& settings) {
  const std::string& endpoint = settings.traces_endpoint.empty() ? settings.endpoint : settings.traces_endpoint;
  if (!is_url(endpoint)) {
    return Error{ErrorCode::misconfigured, "otlp-endpoint is no address; write it as http://localhost:4318, without /v1/traces."};
  }
  if (const auto headers = parse_headers(settings.headers.reveal()); !headers) {
    return Error{ErrorCode::misconfigured, fmt::format("otlp-headers {}.", headers.error().message)};
  }
  return {};
}

}  // namespace bizcomms::telemetry
