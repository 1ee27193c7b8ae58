#include "bizcomms/worker/settings.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bizcomms::worker {

namespace {

Error wrong(std::string message) { return {.code = ErrorCode::misconfigured, .message = std::move(message)}; }

Status check_counts(const Settings& settings) {
  const std::pair<const char*, int> counts[] = {
      {"requests in flight", settings.in_flight_max},
      {"batch size", settings.batch_size},
      {"begin group", settings.begin_group_max},
      {"record group", settings.record_group_max},
      {"messages received at once", settings.receive_max},
      {"receivers per lane", settings.receivers},
      {"recorders", settings.recorders},
      {"due deliveries taken at once", settings.due_max},
      {"deliveries looked up at once", settings.lookup_group_max},
      {"requests before the breaker may open", settings.breaker.requests_min},
      {"failed requests in a row that open the breaker", settings.breaker.in_a_row},
  };
  for (const auto& count : counts) {
    if (count.second < 1) { return wrong(fmt::format("The number of {} must be at least 1, not {}.", count.first, count.second)); }
  }
  if (settings.rows_in_hand_max < settings.batch_size) {
    return wrong(fmt::format("A worker must be able to hold a whole batch ({}); it may hold {} deliveries.", settings.batch_size,
                             settings.rows_in_hand_max));
  }
  return {};
}

Status check_times(const Settings& settings) {
  const std::pair<const char*, Millis> times[] = {
      {"visibility timeout", settings.queue.visibility},
      {"sweep interval", settings.sweep_interval},
      {"time after which work counts as stalled", settings.stalled_after},
      {"time for which a due delivery is hidden", settings.due_hidden_for},
      {"breaker's window", settings.breaker.window},
      {"breaker's first probe", settings.breaker.probe_first},
      {"first wait for a port", settings.port_backoff.first},
  };
  for (const auto& time : times) {
    if (time.second <= Millis{0}) { return wrong(fmt::format("The {} must be longer than 0.", time.first)); }
  }
  if (settings.breaker.probe_longest < settings.breaker.probe_first) {
    return wrong("The breaker's longest wait between probes must not be shorter than its first.");
  }
  return {};
}

}  // namespace

Status Settings::check() const {
  if (auto counts = check_counts(*this); !counts) { return counts; }
  if (auto times = check_times(*this); !times) { return times; }
  if (breaker.outage_share <= 0 || breaker.outage_share > 1) {
    return wrong("The share of failed requests that opens the breaker must be above 0 and at most 1.");
  }
  if (!std::is_sorted(state_checks.begin(), state_checks.end()) || (!state_checks.empty() && state_checks.front() <= Millis{0})) {
    return wrong("The times after which a message's state is asked for must be longer than 0 and rise.");
  }
  if (auto points = Failpoints::parse(failpoints); !points) { return points.error(); }
  return delivery.check();
}

}  // namespace bizcomms::worker
