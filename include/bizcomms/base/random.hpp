// Pseudo-random numbers from a seed, for jitter, ids and simulated faults. Never for secrets: those come from crypto.
#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace bizcomms {

// Not thread-safe: one for each owner.
class Random {
public:
  explicit Random(std::uint64_t seed) : m_engine(seed) {}
  [[nodiscard]] std::uint64_t next() { return m_engine(); }
  [[nodiscard]] double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }  // [0, 1)
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  [[nodiscard]] bool chance(double probability) { return unit() < probability; }
  void fill(std::span<std::uint8_t> bytes);

  [[nodiscard]] static std::uint64_t system_seed();  // from the operating system

private:
  std::mt19937_64 m_engine;
};

}  // namespace bizcomms
