// OTEL_EXPORTER_OTLP_HEADERS: "name=value,name=value", values percent-encoded as in W3C Baggage.
#pragma once

#include <string_view>

#include "bizcomms/base/result.hpp"
#include "bizcomms/http/message.hpp"

namespace bizcomms::telemetry {

// `invalid` in words that follow the setting's name, and never hold a value.
[[nodiscard]] Result<http::Headers> parse_headers(std::string_view text);

}  // namespace bizcomms::telemetry
