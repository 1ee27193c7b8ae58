#include "support/times.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bizcomms::test {
namespace {

std::string text(Millis duration) { return fmt::format("{}ms", duration.count()); }

}  // namespace

Times::Times(double factor)
    : request_timeout(static_cast<std::int64_t>(15'000 * factor)),
      lease(request_timeout * 4),
      list_lag(request_timeout * 4),
      grace(lease + request_timeout + list_lag),
      visibility(std::max(request_timeout * 2, Millis{500})),
      m_factor(factor) {}

Millis Times::of(double seconds) const { return std::max(Millis{static_cast<std::int64_t>(seconds * 1000 * m_factor)}, Millis{100}); }

Environment Times::options() const {
  return {{"BIZCOMMS_TWILIO_TIMEOUT", text(request_timeout)},
          {"BIZCOMMS_TWILIO_CONNECT_TIMEOUT", text(of(5))},
          {"BIZCOMMS_LEASE", text(lease)},
          {"BIZCOMMS_LIST_LAG", text(list_lag)},
          {"BIZCOMMS_RETRY_FIRST", text(of(2))},
          {"BIZCOMMS_RETRY_LONGEST", text(of(60))},
          {"BIZCOMMS_ATTEMPTS_MAX", "100"},
          {"BIZCOMMS_SWEEP_INTERVAL", text(of(1))},
          {"BIZCOMMS_QUEUE_VISIBILITY", text(visibility)},
          {"BIZCOMMS_DUE_HIDDEN_FOR", text(of(120))},
          {"BIZCOMMS_STALLED_AFTER", text(of(60))},
          {"BIZCOMMS_STATE_CHECKS", text(of(60)) + "," + text(of(120)) + "," + text(of(300)) + "," + text(of(600))},
          {"BIZCOMMS_BREAKER_WINDOW", text(of(10))},
          {"BIZCOMMS_BREAKER_PROBE_FIRST", text(of(5))},
          {"BIZCOMMS_BREAKER_PROBE_LONGEST", text(of(20))}};
}

std::string Times::lags() const {
  return fmt::format(R"("list_lag_min_ms":0,"list_lag_max_ms":{},"callback_delay_min_ms":0,"callback_delay_max_ms":{},)"
                     R"("callback_held_min_ms":{},"callback_held_max_ms":{})",
                     (list_lag * 4 / 5).count(), of(5).count(), of(5).count(), of(30).count());
}

}  // namespace bizcomms::test
