#include "bizcomms/base/secret.hpp"

namespace bizcomms {

std::string masked_number(const std::string& number) {
  constexpr std::size_t k_head = 5;
  constexpr std::size_t k_tail = 2;
  if (number.size() <= k_head + k_tail) { return std::string(number.size(), '*'); }
  return number.substr(0, k_head) + std::string(number.size() - k_head - k_tail, '*') + number.substr(number.size() - k_tail);
}

}  // namespace bizcomms
