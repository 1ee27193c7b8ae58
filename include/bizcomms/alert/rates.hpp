// How much may leave from each of our numbers: one budget for all workers of a cell together.
// Implementations: PostgreSQL (store), in-memory (tests/support); one contract suite runs on both.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "bizcomms/alert/values.hpp"
#include "bizcomms/base/result.hpp"

namespace bizcomms::alert {

struct RateRequest {
  std::string sender{};   // a number of ours; or another thing that has a rate, by a name that is none
  double per_second = 1;  // segments; above nought
  int wanted = 1;         // segments
  Lane lane = Lane::standard;
};

// Thread-safe; blocking. Time is the implementation's own.
class SenderRates {
public:
  virtual ~SenderRates() = default;
  // Takes what there is of the segments that are wanted; per request, how many that were. What nobody takes gathers for a second at most,
  // and is at least one segment then. While urgent ones go short of a number, and half a second longer, standard ones get nothing of it.
  // Each sender is named once.
  virtual Result<std::vector<int>> take(std::span<const RateRequest> requests) = 0;
};

}  // namespace bizcomms::alert
