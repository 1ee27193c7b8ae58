// Times in answers. A page of alerts writes up to 200 of them, more than all else of it together when done by a formatting library.
#pragma once

#include <optional>
#include <string_view>

#include "bizcomms/base/time.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::api {

// Writes exactly what to_rfc3339 gives; null where there is none.
void write_time(json::Writer& json, std::string_view name, const std::optional<Time>& time);

}  // namespace bizcomms::api
