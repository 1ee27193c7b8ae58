// From the words of --segments-per-second to the rate of each number.
#pragma once

#include "app/settings.hpp"
#include "bizcomms/worker/permits.hpp"

namespace bizcomms::app {

// "auto", "2.5", "+15005550006=10": the last of the first two holds for all numbers that no entry names. `misconfigured`.
[[nodiscard]] Result<worker::RateLimits> rate_limits(const Settings& settings);

}  // namespace bizcomms::app
