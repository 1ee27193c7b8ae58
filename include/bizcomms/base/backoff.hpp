// Waiting times between tries: exponential with full jitter.
#pragma once

#include "bizcomms/base/random.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms {

struct Backoff {
  Millis first{std::chrono::seconds{2}};
  Millis longest{std::chrono::minutes{5}};
  // Upper bound before the given retry (1 = first): first, 2 × first, 4 × first … never above longest.
  [[nodiscard]] Millis bound(int retry) const;
  // Uniform in (0, bound]: "full jitter".
  [[nodiscard]] Millis delay(int retry, Random& random) const;
};

}  // namespace bizcomms
