// What follows the end of an attempt: the SDKs' "standard" retry mode. Source: AWS SDK reference guide, "Retry behavior".
#pragma once

#include <cstdint>

#include "aws/ending.hpp"

namespace bizcomms::aws {

// Of one call, so far.
struct Tries {
  int made = 0;  // without those after which the date or the key was corrected
  bool date_corrected = false;
  bool key_renewed = false;
};

enum class Step : std::uint8_t {
  finish,
  again_with_date,  // at once, signed with the service's time
  again_with_key,   // at once, with another access key
  again_later,      // after a pause, where the budget allows it
};

// The corrections come once in a call, and do not count against attempts_max: a call must not fail for a fault that has just been mended.
[[nodiscard]] Step step_after(Meaning meaning, bool repeatable, const Tries& tries, int attempts_max);

// What a retry costs of the budget.
[[nodiscard]] int retry_cost(Meaning meaning);

// The budget that all calls share, so that a service out of order is asked little. Not thread-safe.
class RetryTokens {
public:
  explicit RetryTokens(int most) : m_most(most), m_left(most) {}
  [[nodiscard]] bool take(int cost);
  void give_back(int amount);
  [[nodiscard]] int left() const { return m_left; }

private:
  int m_most;
  int m_left;
};

}  // namespace bizcomms::aws
