// How fast each of our numbers may send. Implementations: a local bucket per number; scripted (tests).
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "bizcomms/alert/values.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::worker {

class Permits {
public:
  virtual ~Permits() = default;
  // Whether so many segments may leave from that number now; takes them if so. Never blocks. Thread-safe.
  [[nodiscard]] virtual bool take(const std::string& sender, alert::Lane lane, int segments, SteadyTime now) = 0;
};

// A bucket per number that holds one second's worth; a long text may go into debt, so that it leaves at all.
class BucketPermits final : public Permits {
public:
  explicit BucketPermits(double segments_per_second) : m_rate(segments_per_second) {}  // nought: no limit
  [[nodiscard]] bool take(const std::string& sender, alert::Lane lane, int segments, SteadyTime now) override;

private:
  struct Bucket {
    double level = 0;
    SteadyTime filled_at{};
  };
  const double m_rate;
  std::mutex m_mutex;  // guards m_buckets
  std::map<std::string, Bucket> m_buckets;
};

}  // namespace bizcomms::worker
