#include "app/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace bizcomms::app {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t millis;
};
constexpr std::array<Unit, 5> k_units{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

}  // namespace

std::optional<Millis> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (problem != std::errc{} || count < 0 || text.front() == '-') { return std::nullopt; }
  const auto unit_name = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit_name.empty() && count == 0) { return Millis{0}; }
  for (const auto& unit : k_units) {
    if (unit.name != unit_name) { continue; }
    if (count > std::numeric_limits<std::int64_t>::max() / unit.millis) { return std::nullopt; }
    return Millis{count * unit.millis};
  }
  return std::nullopt;
}

std::string to_text(Millis duration) {
  if (duration.count() == 0) { return "0s"; }
  for (const auto& unit : k_units) {
    if (duration.count() % unit.millis == 0) { return std::to_string(duration.count() / unit.millis) + std::string(unit.name); }
  }
  return {};
}

}  // namespace bizcomms::app
