#include "aws/retry.hpp"

#include <algorithm>

namespace bizcomms::aws {

Step step_after(Meaning meaning, bool repeatable, const Tries& tries, int attempts_max) {
  const Step later = tries.made < attempts_max ? Step::again_later : Step::finish;
  switch (meaning) {
    case Meaning::busy:
    case Meaning::unreachable:
      return later;
    case Meaning::trouble:
    case Meaning::lost:
      return repeatable ? later : Step::finish;
    case Meaning::clock_off:
      return tries.date_corrected ? Step::finish : Step::again_with_date;
    case Meaning::key_refused:
      return tries.key_renewed ? Step::finish : Step::again_with_key;
    default:
      return Step::finish;
  }
}

int retry_cost(Meaning meaning) { return meaning == Meaning::lost ? 10 : 5; }

bool RetryTokens::take(int cost) {
  if (m_left < cost) { return false; }
  m_left -= cost;
  return true;
}

void RetryTokens::give_back(int amount) { m_left = std::min(m_left + amount, m_most); }

}  // namespace bizcomms::aws
