#include "app/rate_limits.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace bizcomms::app {
namespace {

constexpr double k_rate_max = 10'000;
constexpr double k_by_kind = -1;

Error wrong_rate(std::string message) {
  return {.code = ErrorCode::misconfigured, .message = "segments-per-second: " + std::move(message)};
}

std::optional<double> rate_of(std::string_view text) {
  double rate = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), rate);
  const bool whole = failure == std::errc{} && end == text.data() + text.size();
  return whole && rate >= 0 && rate <= k_rate_max ? std::optional(rate) : std::nullopt;
}

}  // namespace

Result<worker::RateLimits> rate_limits(const Settings& settings) {
  const auto& senders = settings.twilio.senders;
  double for_all = k_by_kind;
  std::map<std::string, double> named;
  for (const std::string& entry : settings.segments_per_second) {
    const auto equals = entry.find('=');
    const std::string rate_text = entry.substr(equals == std::string::npos ? 0 : equals + 1);
    const auto rate = rate_of(rate_text);
    if (equals == std::string::npos && entry == "auto") {
      for_all = k_by_kind;
    } else if (!rate) {
      return wrong_rate(fmt::format("\"{}\" is no rate; give auto or a number from 0 to {}.", rate_text, k_rate_max));
    } else if (equals == std::string::npos) {
      for_all = *rate;
    } else if (const auto sender = entry.substr(0, equals); std::find(senders.begin(), senders.end(), sender) == senders.end()) {
      return wrong_rate(fmt::format("{} is not in twilio-from.", masked_number(sender)));
    } else {
      named[sender] = *rate;
    }
  }
  worker::RateLimits limits{.segments_per_second = std::move(named), .calls_per_second = settings.calls_per_second};
  for (const std::string& sender : senders) {
    limits.segments_per_second.try_emplace(sender, for_all >= 0 ? for_all : twilio::default_segments_per_second(sender));
  }
  return limits;
}

}  // namespace bizcomms::app
