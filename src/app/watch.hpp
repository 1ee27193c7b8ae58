// Watches the database for a role: whether it answers, whether its schema is ours, and whether this cell is the one that works on it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "app/ground.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/store/authority.hpp"

namespace bizcomms::app {

// What was seen last.
struct Standing {
  bool reachable = false;
  bool schema_ready = false;
  bool active = false;  // writable, and the authority names this cell; stays as it was while the database is away
  std::int64_t epoch = 0;
  std::string problem = "The database has not been asked yet.";  // a sentence; empty when all is well
  bool operator==(const Standing&) const = default;
};

// What is asked of the database, so that a test can answer.
struct DatabaseQuestions {
  std::function<Status()> schema;  // success: up to date
  std::function<Result<store::AuthorityState>()> authority;
  std::function<Result<store::AuthorityState>()> take_if_unset;
  std::function<Result<store::AuthorityState>(std::int64_t expected_epoch)> take;
};

// The next standing after one look. `was_read_only`: this process has seen the database read-only, so that finding it writable is a
// promotion, which takes the authority.
[[nodiscard]] Standing look(const DatabaseQuestions& questions, const std::string& cell, const Standing& before, bool& was_read_only);

inline constexpr Millis k_watch_interval{1'000};
inline constexpr Millis k_first_look_limit{2'000};  // so that who waits for the first log line finds the role ready, if it can be

// Thread-safe. Looks every `interval` on a thread of its own.
class Watch {
public:
  Watch(DatabaseQuestions questions, std::string cell, Millis interval, const Log& log, Metrics& metrics);
  [[nodiscard]] Standing standing() const;
  // Blocks until the first look is done, at most `limit`.
  void wait_for_first_look(Millis limit) const;
  // Blocks until a look has changed something since `known`, or a stop; what holds then.
  [[nodiscard]] Standing wait_for_change(const Standing& known, const std::stop_token& stop) const;

private:
  void run(const std::stop_token& stop);
  void note_change(const Standing& before, const Standing& now) const;

  const DatabaseQuestions m_questions;
  const std::string m_cell;
  const Millis m_interval;
  const Log m_log;
  Gauge& m_active;
  Gauge& m_reachable;
  mutable std::mutex m_mutex;  // guards m_standing, m_looked
  mutable std::condition_variable_any m_changed;
  Standing m_standing;
  bool m_looked = false;
  std::jthread m_thread;  // last: it uses all above
};

}  // namespace bizcomms::app
