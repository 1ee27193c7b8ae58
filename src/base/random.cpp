#include "bizcomms/base/random.hpp"

namespace bizcomms {

void Random::fill(std::span<std::uint8_t> bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % 8 == 0) { word = next(); }
    bytes[i] = static_cast<std::uint8_t>(word >> (i % 8 * 8));
  }
}

std::uint64_t Random::system_seed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32U) | device();
}

}  // namespace bizcomms
