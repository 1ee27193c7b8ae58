// Durations as options write them: a whole number and a unit, "500ms", "15s", "5m", "24h", "14d".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bizcomms/base/time.hpp"

namespace bizcomms::app {

// Nothing for anything else: no sign, no fraction, no space, no unit left out ("0" alone is allowed).
[[nodiscard]] std::optional<Millis> parse_duration(std::string_view text);
// In the largest unit that holds it exactly.
[[nodiscard]] std::string to_text(Millis duration);

}  // namespace bizcomms::app
