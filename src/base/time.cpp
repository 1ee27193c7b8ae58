#include "bizcomms/base/time.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <condition_variable>
#include <mutex>

namespace bizcomms {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> k_days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads a text from the front; once something does not fit, everything after it fails too.
class Cursor {
public:
  explicit Cursor(std::string_view text) : m_rest(text) {}

  int number(std::size_t digits) {
    if (!m_good || m_rest.size() < digits) { return fail(); }
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (m_rest[i] < '0' || m_rest[i] > '9') { return fail(); }
      value = value * 10 + (m_rest[i] - '0');
    }
    m_rest.remove_prefix(digits);
    return value;
  }
  void skip(std::string_view exactly) {
    if (!m_good || !m_rest.starts_with(exactly)) {
      fail();
      return;
    }
    m_rest.remove_prefix(exactly.size());
  }
  bool skip_if(std::string_view prefix) {
    if (!m_good || !m_rest.starts_with(prefix)) { return false; }
    m_rest.remove_prefix(prefix.size());
    return true;
  }
  template <std::size_t N>
  int word(const std::array<std::string_view, N>& words) {
    for (std::size_t i = 0; m_good && i < N; ++i) {
      if (skip_if(words[i])) { return static_cast<int>(i); }
    }
    return fail();
  }
  // The digits of a fraction as milliseconds, cut.
  int fraction_ms() {
    int value = 0;
    int scale = 100;
    std::size_t digits = 0;
    while (digits < m_rest.size() && m_rest[digits] >= '0' && m_rest[digits] <= '9') {
      value += (m_rest[digits] - '0') * scale;
      scale /= 10;
      ++digits;
    }
    if (digits == 0) { return fail(); }
    m_rest.remove_prefix(digits);
    return value;
  }
  // "+02:00" or "+0200"; what follows the sign.
  minutes offset() {
    const int sign = skip_if("-") ? -1 : (skip("+"), 1);
    const int hour = number(2);
    skip_if(":");
    const int minute = number(2);
    if (hour > 23 || minute > 59) { fail(); }
    return minutes{sign * (hour * 60 + minute)};
  }
  [[nodiscard]] bool at_end() const { return m_good && m_rest.empty(); }

private:
  int fail() {
    m_good = false;
    return 0;
  }
  std::string_view m_rest;
  bool m_good = true;
};

std::optional<Time> assemble(int y, int mo, int d, int h, int mi, int s, int ms, minutes offset) {
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) { return std::nullopt; }
  return Time{sys_days{date}} + hours{h} + minutes{mi} + seconds{s} + milliseconds{ms} - offset;
}

struct Parts {
  year_month_day date;
  hh_mm_ss<milliseconds> clock;
  weekday week_day;
};

Parts parts_of(Time time) {
  const auto midnight = floor<days>(time);
  return {year_month_day{midnight}, hh_mm_ss<milliseconds>{time - midnight}, weekday{midnight}};
}

}  // namespace

std::string to_rfc3339(Time time) {
  const auto [date, clock, week_day] = parts_of(time);
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{date.year()}, unsigned{date.month()}, unsigned{date.day()},
                          clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) { text += fmt::format(".{:03}", clock.subseconds().count()); }
  return text + "Z";
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  Cursor in(text);
  const int y = in.number(4);
  in.skip("-");
  const int mo = in.number(2);
  in.skip("-");
  const int d = in.number(2);
  if (!in.skip_if("T") && !in.skip_if("t")) { in.skip(" "); }
  const int h = in.number(2);
  in.skip(":");
  const int mi = in.number(2);
  in.skip(":");
  const int s = in.number(2);
  const int ms = in.skip_if(".") ? in.fraction_ms() : 0;
  const auto offset = in.skip_if("Z") || in.skip_if("z") ? minutes{0} : in.offset();
  if (!in.at_end()) { return std::nullopt; }
  return assemble(y, mo, d, h, mi, s, ms, offset);
}

std::string to_rfc2822(Time time) {
  const auto [date, clock, week_day] = parts_of(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", k_days.at(week_day.c_encoding()), unsigned{date.day()},
                     k_months.at(unsigned{date.month()} - 1), int{date.year()}, clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::optional<Time> parse_rfc2822(std::string_view text) {
  Cursor in(text);
  in.word(k_days);
  in.skip(", ");
  const int d = in.number(2);
  in.skip(" ");
  const int mo = in.word(k_months) + 1;
  in.skip(" ");
  const int y = in.number(4);
  in.skip(" ");
  const int h = in.number(2);
  in.skip(":");
  const int mi = in.number(2);
  in.skip(":");
  const int s = in.number(2);
  in.skip(" ");
  const auto offset = in.skip_if("GMT") || in.skip_if("UTC") ? minutes{0} : in.offset();
  if (!in.at_end()) { return std::nullopt; }
  return assemble(y, mo, d, h, mi, s, 0, offset);
}

std::string to_date(Time time) {
  const auto date = parts_of(time).date;
  return fmt::format("{:04}-{:02}-{:02}", int{date.year()}, unsigned{date.month()}, unsigned{date.day()});
}

std::string to_words(Millis duration) {
  const auto ms = duration.count();
  if (ms < 1'000) { return fmt::format("{} ms", ms); }
  if (ms < 60'000) { return ms % 1'000 == 0 ? fmt::format("{} s", ms / 1'000) : fmt::format("{:.1f} s", static_cast<double>(ms) / 1e3); }
  if (ms % 3'600'000 == 0) { return fmt::format("{} h", ms / 3'600'000); }
  if (ms % 60'000 == 0) { return fmt::format("{} min", ms / 60'000); }
  return fmt::format("{} min {} s", ms / 60'000, ms % 60'000 / 1'000);
}

Time SystemClock::now() const { return floor<milliseconds>(system_clock::now()); }
SteadyTime SystemClock::steady() const { return steady_clock::now(); }

ManualClock::ManualClock(Time start) : m_wall_ms(start.time_since_epoch().count()) {}
Time ManualClock::now() const { return Time{milliseconds{m_wall_ms.load()}}; }
SteadyTime ManualClock::steady() const { return SteadyTime{milliseconds{m_steady_ms.load()}}; }
void ManualClock::advance(Millis by) {
  m_wall_ms += by.count();
  m_steady_ms += by.count();
}
void ManualClock::jump(Millis by) { m_wall_ms += by.count(); }

bool sleep_for(const std::stop_token& stop, Millis duration) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock(mutex);
  condition.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace bizcomms
