#include "bizcomms/worker/permits.hpp"

#include <algorithm>

namespace bizcomms::worker {

bool BucketPermits::take(const std::string& sender, alert::Lane /*lane*/, int segments, SteadyTime now) {
  if (m_rate <= 0) { return true; }
  const double most = std::max(m_rate, 1.0);
  const std::scoped_lock lock(m_mutex);
  const auto [found, is_new] = m_buckets.try_emplace(sender, Bucket{.level = most, .filled_at = now});
  Bucket& bucket = found->second;
  const double passed = std::chrono::duration<double>(now - bucket.filled_at).count();
  bucket.level = std::min(most, bucket.level + std::max(passed, 0.0) * m_rate);
  bucket.filled_at = now;
  if (bucket.level < std::min(static_cast<double>(segments), most)) { return false; }
  bucket.level -= segments;
  return true;
}

}  // namespace bizcomms::worker
