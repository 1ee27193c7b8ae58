#include <fmt/format.h>

#include <charconv>

#include "bizcomms/telemetry/otlp.hpp"
#include "telemetry/otlp_headers.hpp"

namespace bizcomms::telemetry {
namespace {

using Environment = std::map<std::string, std::string>;

std::string text_in(const Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto found = environment.find(name); found != environment.end() && !found->second.empty()) { return found->second; }
  }
  return {};
}

template <class Number>
Result<std::optional<Number>> number_in(const Environment& environment, std::initializer_list<const char*> names, Number max) {
  const std::string text = text_in(environment, names);
  if (text.empty()) { return std::optional<Number>{}; }
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || !(number >= 0) || number > max) {
    return Error{ErrorCode::invalid, fmt::format("The environment variable {} is no number from 0 to {}.", *(names.end() - 1), max)};
  }
  return std::optional<Number>{number};
}

// Why an endpoint that only the environment names is not used.
std::string not_for_us(const Environment& environment) {
  const auto protocol = text_in(environment, {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"});
  if (protocol == "grpc") { return "OTEL_EXPORTER_OTLP_PROTOCOL=grpc"; }
  const auto exporter = text_in(environment, {"OTEL_TRACES_EXPORTER"});
  return exporter.empty() || exporter == "otlp" ? "" : "OTEL_TRACES_EXPORTER=" + exporter;
}

bool is_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

}  // namespace

Result<OtlpSettings> completed(OtlpSettings settings, const Environment& environment, Given given) {
  if (settings.endpoint.empty()) {
    settings.traces_endpoint = text_in(environment, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"});
    settings.endpoint = text_in(environment, {"OTEL_EXPORTER_OTLP_ENDPOINT"});
    settings.disabled_by = not_for_us(environment);
  }
  if (text_in(environment, {"OTEL_SDK_DISABLED"}) == "true") { settings.disabled_by = "OTEL_SDK_DISABLED=true"; }
  if (settings.headers.empty()) {
    settings.headers = Secret(text_in(environment, {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"}));
  }
  if (settings.service_name.empty()) { settings.service_name = text_in(environment, {"OTEL_SERVICE_NAME"}); }
  constexpr std::int64_t k_timeout_max_ms = 600'000;
  const auto timeout =
      number_in<std::int64_t>(environment, {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"}, k_timeout_max_ms);
  if (!timeout) { return timeout.error(); }
  if (*timeout && !given.timeout) { settings.timeout = Millis{std::max<std::int64_t>(**timeout, 1)}; }
  const auto ratio = number_in<double>(environment, {"OTEL_TRACES_SAMPLER_ARG"}, 1);
  if (!ratio) { return ratio.error(); }
  if (*ratio && !given.ratio) { settings.ratio = **ratio; }
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
