#include "api/time_text.hpp"

#include <array>

namespace bizcomms::api {
namespace {

// Digits of `value`, right-aligned in `width` places from `at`.
char* put(char* at, unsigned value, int width) {
  for (int i = width - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return at + width;
}

char* put(char* at, char c) {
  *at = c;
  return at + 1;
}

}  // namespace

void write_time(json::Writer& json, std::string_view name, const std::optional<Time>& time) {
  json.key(name);
  if (!time) {
    json.null();
    return;
  }
  const auto midnight = std::chrono::floor<std::chrono::days>(*time);
  const std::chrono::year_month_day date{midnight};
  const int year{date.year()};
  if (year < 0 || year > 9999) {
    json.value(to_rfc3339(*time));
    return;
  }
  const auto ms = static_cast<unsigned>((*time - midnight).count());
  std::array<char, 24> text{};
  char* at = put(put(text.data(), static_cast<unsigned>(year), 4), '-');
  at = put(put(at, static_cast<unsigned>(date.month()), 2), '-');
  at = put(put(at, static_cast<unsigned>(date.day()), 2), 'T');
  at = put(put(at, ms / 3'600'000, 2), ':');
  at = put(put(at, ms / 60'000 % 60, 2), ':');
  at = put(at, ms / 1'000 % 60, 2);
  if (ms % 1'000 != 0) { at = put(put(at, '.'), ms % 1'000, 3); }
  at = put(at, 'Z');
  json.value(std::string_view(text.data(), static_cast<std::size_t>(at - text.data())));
}

}  // namespace bizcomms::api
