#include "support/memory/memory_rates.hpp"

#include <algorithm>
#include <cmath>

namespace bizcomms::test {

using std::chrono::nanoseconds;

int MemoryRates::take_one(const alert::RateRequest& request) {
  Number& number = m_numbers[request.sender];
  const SteadyTime now = m_clock.steady();
  const bool urgent = request.lane == alert::Lane::urgent;
  if (!urgent && number.urgent_until > now) { return 0; }
  const auto step = nanoseconds{std::llround(1e9 / request.per_second)};
  const SteadyTime earliest = now - std::max<nanoseconds>(step, std::chrono::seconds{1});
  const SteadyTime since = std::max(number.free_at.value_or(earliest), earliest);
  const int taken = static_cast<int>(std::min<std::int64_t>(request.wanted, (now - since) / step));
  number.free_at = since + taken * step;
  if (urgent) { number.urgent_until = taken < request.wanted ? now + Millis{500} : SteadyTime::min(); }
  return taken;
}

Result<std::vector<int>> MemoryRates::take(std::span<const alert::RateRequest> requests) {
  const std::scoped_lock lock(m_mutex);
  std::vector<int> taken;
  taken.reserve(requests.size());
  for (const alert::RateRequest& request : requests) { taken.push_back(take_one(request)); }
  return taken;
}

}  // namespace bizcomms::test
