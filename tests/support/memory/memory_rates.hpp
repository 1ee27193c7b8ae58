// SenderRates in memory, on a given clock.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "bizcomms/alert/rates.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::test {

// Thread-safe.
class MemoryRates final : public alert::SenderRates {
public:
  explicit MemoryRates(const Clock& clock) : m_clock(clock) {}
  Result<std::vector<int>> take(std::span<const alert::RateRequest> requests) override;

private:
  struct Number {
    std::optional<SteadyTime> free_at{};
    SteadyTime urgent_until = SteadyTime::min();
  };
  [[nodiscard]] int take_one(const alert::RateRequest& request);

  const Clock& m_clock;
  std::mutex m_mutex;  // guards m_numbers
  std::map<std::string, Number> m_numbers;
};

}  // namespace bizcomms::test
