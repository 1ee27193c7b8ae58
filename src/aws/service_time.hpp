// The services' time, by the `Date` of those answers that bear a request id of AWS's. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <utility>

#include "bizcomms/base/time.hpp"
#include "bizcomms/http/message.hpp"

namespace bizcomms::aws {

[[nodiscard]] std::optional<Time> date_of(const http::Headers& headers);

class ServiceTime {
public:
  explicit ServiceTime(const Clock& clock) : m_clock(clock) {}
  void learn(Time date, SteadyTime at);
  [[nodiscard]] Time now() const;
  [[nodiscard]] bool is_known() const;

private:
  [[nodiscard]] Time carried_to(SteadyTime at) const;

  const Clock& m_clock;
  mutable std::mutex m_mutex;  // guards m_known
  std::optional<std::pair<Time, SteadyTime>> m_known;
};

}  // namespace bizcomms::aws
