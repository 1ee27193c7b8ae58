// How requests to Twilio ended and how long they took, by operation.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::twilio {

// Thread-safe.
class OperationMeter {
public:
  OperationMeter(Metrics& metrics, const std::string& operation);
  void succeeded(SteadyTime::duration took);
  void failed(ErrorCode code, SteadyTime::duration took);

private:
  static constexpr std::size_t k_codes = static_cast<std::size_t>(ErrorCode::internal) + 1;
  Histogram& m_seconds;
  Counter& m_succeeded;
  std::array<Counter*, k_codes> m_failed{};
};

}  // namespace bizcomms::twilio
