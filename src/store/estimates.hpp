// How many recipients a filter matches, for the answer to a POST: counted at most once in `age` for each filter, whoever asks.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "bizcomms/alert/values.hpp"
#include "bizcomms/db/pool.hpp"

namespace bizcomms::store {

// Thread-safe.
class Estimates {
public:
  Estimates(db::Pool& pool, const Clock& clock, Millis age, std::int64_t exact_max)
      : m_pool(pool), m_clock(clock), m_age(age), m_exact_max(exact_max) {}
  // Exact up to `exact_max`, above it the planner's guess, or that of a sample where there are tags. Takes a few milliseconds, however many
  // recipients there are.
  Result<std::int64_t> of(const alert::Filter& filter);

private:
  struct Entry {
    std::mutex mutex{};  // guards all; held while counting, so that others wait for the same count
    bool known = false;
    std::int64_t count = 0;
    SteadyTime at{};
    std::optional<Error> failure{};  // of the last count
    SteadyTime failed_at{};
  };
  std::shared_ptr<Entry> entry_of(const alert::Filter& filter);
  Result<std::int64_t> count(const alert::Filter& filter);
  Result<std::int64_t> count_exactly(const alert::Filter& filter);  // no further than `exact_max` + 1
  Result<std::int64_t> guess(const alert::Filter& filter);
  Result<std::int64_t> sample(const alert::Filter& filter);

  db::Pool& m_pool;
  const Clock& m_clock;
  const Millis m_age;
  const std::int64_t m_exact_max;
  std::mutex m_mutex;  // guards m_entries
  std::map<std::string, std::shared_ptr<Entry>> m_entries;
};

}  // namespace bizcomms::store
