// Watches the database for a role: whether it answers, whether its schema is ours, and whether this cell is the one that works on it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "app/ground.hpp"
#include "app/witness.hpp"
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
  std::function<Result<store::AuthorityState>(std::int64_t expected_epoch, std::int64_t known_epoch)> take;
  std::function<Status(std::int64_t epoch)> note_active;
  std::function<Status()> forget_word;                  // an operator's, once it is not needed any more
  std::function<Status(std::int64_t epoch)> note_seen;  // what is noted twice is written once
};

struct WatchSettings {
  std::string cell{};
  Millis interval{1'000};
  Millis witness_interval{2'000};
  // So soon after the cell's last sign of life a process may go on where the witness that decides cannot be asked.
  Millis grace{std::chrono::minutes{1}};
};

// What a process remembers between two looks.
struct WatchMemory {
  bool was_read_only = false;  // it has seen the database read-only: finding it writable is a promotion
  bool is_confirmed = false;   // nobody else works, as was asked or told since this contact with the database began
  bool in_contact = false;
  bool was_long_away = true;                 // for more than the grace, before this contact
  SteadyTime asks_from = SteadyTime::min();  // answers to earlier questions are out of date
  std::optional<SteadyTime> last_contact{};
};

// The next standing after one look. The first of `testimonies` decides whether a cell that was away may go on; a higher epoch from any
// one puts the cell on standby.
[[nodiscard]] Standing look(const DatabaseQuestions& questions, const WatchSettings& settings, const std::vector<Testimony>& testimonies,
                            SteadyTime now, const Standing& before, WatchMemory& memory);

inline constexpr Millis k_first_look_limit{4'000};  // so that who waits for the first log line finds the role ready, if it can be

// Thread-safe. Looks every `interval` on a thread of its own.
class Watch {
public:
  Watch(DatabaseQuestions questions, std::vector<Witness> witnesses, WatchSettings settings, const Clock& clock, const Log& log,
        Metrics& metrics);
  [[nodiscard]] Standing standing() const;
  // Blocks until the first look is done, at most `limit`.
  void wait_for_first_look(Millis limit) const;
  // Blocks until a look has changed something since `known`, or a stop; what holds then.
  [[nodiscard]] Standing wait_for_change(const Standing& known, const std::stop_token& stop) const;

private:
  void run(const std::stop_token& stop);
  void note_change(const Standing& before, const Standing& now) const;
  void keep(const Standing& now);

  const DatabaseQuestions m_questions;
  const WatchSettings m_settings;
  const Clock& m_clock;
  const Log m_log;
  Witnesses m_witnesses;
  Gauge& m_active;
  Gauge& m_epoch;
  Gauge& m_reachable;
  mutable std::mutex m_mutex;  // guards m_standing, m_looked
  mutable std::condition_variable_any m_changed;
  Standing m_standing;
  bool m_looked = false;
  std::jthread m_thread;  // last: it uses all above
};

}  // namespace bizcomms::app
