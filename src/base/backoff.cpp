#include "bizcomms/base/backoff.hpp"

#include <algorithm>

namespace bizcomms {

Millis Backoff::bound(int retry) const {
  Millis delay = first;
  for (int i = 1; i < retry && delay < longest; ++i) { delay *= 2; }
  return std::min(delay, longest);
}

Millis Backoff::delay(int retry, Random& random) const {
  const auto most = static_cast<std::uint64_t>(std::max<Millis::rep>(bound(retry).count(), 1));
  return Millis{static_cast<Millis::rep>(random.below(most) + 1)};
}

}  // namespace bizcomms
