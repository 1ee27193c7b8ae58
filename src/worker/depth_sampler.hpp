// Asks the queue how deep its lanes are: for the metrics, and for whoever must know how long messages wait. A queue elsewhere may take its
// time, so it has a thread of its own.
#pragma once

#include <array>
#include <atomic>
#include <stop_token>

#include "worker/context.hpp"

namespace bizcomms::worker {

// How long the oldest message of a lane has waited, as far as is known. Thread-safe.
class OldestWaiting {
public:
  void set(alert::Lane lane, Millis age) { m_ages.at(static_cast<std::size_t>(lane)) = age.count(); }
  [[nodiscard]] Millis of(alert::Lane lane) const { return Millis{m_ages.at(static_cast<std::size_t>(lane)).load()}; }

private:
  std::array<std::atomic<Millis::rep>, 2> m_ages{};
};

class DepthSampler {
public:
  DepthSampler(const Context& context, OldestWaiting& oldest) : m_context(context), m_oldest(oldest) {}
  void run(const std::stop_token& stop);

private:
  void sample();

  const Context& m_context;
  OldestWaiting& m_oldest;
};

}  // namespace bizcomms::worker
