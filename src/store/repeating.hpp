// A transaction that met a deadlock was undone as a whole: it is done again, a few times at most.
#pragma once

#include "bizcomms/db/sqlstate.hpp"

namespace bizcomms::store {

inline constexpr int k_tries = 4;

template <class Work>
auto repeating(const Work& work) {
  auto result = work();
  for (int tries = 1; tries < k_tries && !result && db::is_worth_repeating(result.error()); ++tries) { result = work(); }
  return result;
}

}  // namespace bizcomms::store
