#include "bizcomms/worker/failpoints.hpp"

#include <atomic>
#include <charconv>
#include <csignal>
#include <optional>

#include <fmt/format.h>

namespace bizcomms::worker {

namespace {

constexpr std::array<std::string_view, k_failpoints> k_names{"before_begin",  "after_begin",  "before_request", "after_request",
                                                             "before_record", "after_record", "before_ack"};

std::string_view take_part(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

std::optional<std::size_t> place_of(std::string_view name) {
  for (std::size_t i = 0; i < k_names.size(); ++i) {
    if (k_names[i] == name) { return i; }
  }
  return std::nullopt;
}

std::optional<int> passing_of(std::string_view text) {
  if (text.empty()) { return 1; }
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || value < 1) { return std::nullopt; }
  return value;
}

// To this very thread: sent to the process it may reach another one first, and this one would go on for a moment.
Failpoints::Act signal_ourselves(int signal) {
  return [signal](Failpoint) { static_cast<void>(std::raise(signal)); };
}

}  // namespace

struct Failpoints::Armed {
  struct Point {
    Act act;
    std::atomic<int> passings_left{0};
  };
  std::array<Point, k_failpoints> points;
};

Failpoints::Failpoints() = default;
Failpoints::~Failpoints() = default;
Failpoints::Failpoints(Failpoints&&) noexcept = default;
Failpoints& Failpoints::operator=(Failpoints&&) noexcept = default;

Result<Failpoints> Failpoints::parse(std::string_view text, const Act& act) {
  Failpoints failpoints;
  while (!text.empty()) {
    std::string_view entry = take_part(text, ',');
    const std::string whole(entry);
    const auto place = place_of(take_part(entry, ':'));
    const std::string_view what = take_part(entry, ':');
    const auto passing = passing_of(entry);
    if (!place || !passing || (what != "kill" && what != "freeze")) {
      return Error{
          .code = ErrorCode::misconfigured,
          .message = fmt::format("\"{}\" is no failpoint; write for example \"after_request:kill\" or \"before_ack:freeze:3\".", whole)};
    }
    if (!failpoints.m_armed) { failpoints.m_armed = std::make_unique<Armed>(); }
    Armed::Point& point = failpoints.m_armed->points[*place];
    point.act = act ? act : signal_ourselves(what == "kill" ? SIGKILL : SIGSTOP);
    point.passings_left = *passing;
  }
  return failpoints;
}

void Failpoints::strike(Failpoint point) const {
  Armed::Point& armed = m_armed->points[static_cast<std::size_t>(point)];
  if (armed.act && armed.passings_left.fetch_sub(1) == 1) { armed.act(point); }
}

}  // namespace bizcomms::worker
