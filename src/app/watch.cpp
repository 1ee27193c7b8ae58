#include "app/watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bizcomms::app {
namespace {

using store::AuthorityState;

constexpr Millis k_first_answers_limit{3'000};  // of the witnesses; a dead peer needs two seconds to be known as such

Standing away(const Standing& before, const Error& error) {
  Standing standing = before;
  standing.reachable = false;
  standing.problem = error.message;
  return standing;
}

Standing on_standby(const AuthorityState& state, std::string problem = {}) {
  return {.reachable = true, .schema_ready = true, .active = false, .epoch = state.epoch, .problem = std::move(problem)};
}

// A gap of any length makes the cell ask again; a process that starts takes what was answered before its first look.
void note_contact(WatchMemory& memory, const WatchSettings& settings, SteadyTime now) {
  const bool is_first = !memory.last_contact;
  const bool is_late = !is_first && now - *memory.last_contact > settings.grace;  // away, or frozen
  if (!is_first && (is_late || !memory.in_contact)) {
    memory.was_long_away = is_late;
    memory.is_confirmed = false;
    memory.asks_from = now;
  }
  memory.in_contact = true;
  memory.last_contact = now;
}

// Where nobody has the authority, or the database was promoted under this process, it becomes this cell's.
Result<AuthorityState> claimed(const DatabaseQuestions& questions, const WatchSettings& settings, const std::vector<Testimony>& testimonies,
                               const AuthorityState& found, WatchMemory& memory) {
  if (found.cell.empty()) {
    memory.is_confirmed = true;  // nobody has worked on it: there is nothing to do twice
    return questions.take_if_unset();
  }
  if (found.cell == settings.cell || !memory.was_read_only) { return found; }
  auto taken = questions.take(found.epoch, highest_epoch(testimonies));
  if (!taken && taken.error().code == ErrorCode::conflict) { return questions.authority(); }  // another process of the cell was faster
  memory.is_confirmed = taken.has_value();  // whoever promotes a database means it to be worked on
  return taken;
}

// Two cells in one epoch is what no promotion makes, only an operator's word to both at once: the one whose name comes first goes on.
bool outranks(const Testimony& testimony, const WatchSettings& settings, const AuthorityState& state) {
  if (!testimony.seen) { return false; }
  const auto& seen = *testimony.seen;
  if (seen.epoch != state.epoch) { return seen.epoch > state.epoch; }
  return seen.active && testimony.problem.empty() && seen.cell < settings.cell;
}

// An operator's word stands in for the silence in which it was given, not for those to come.
void end_word(const DatabaseQuestions& questions, const std::vector<Testimony>& testimonies, const AuthorityState& state) {
  if (!state.told || testimonies.empty()) { return; }
  const auto& decides = testimonies.front();
  if (decides.asked_at && decides.problem.empty()) { static_cast<void>(questions.forget_word()); }  // tried again at the next look
}

// Whether a cell that was away may go on. Until it could be asked, a process goes on that was active and away for a moment only.
bool may_go_on(const WatchSettings& settings, const std::vector<Testimony>& testimonies, const AuthorityState& state, bool was_active,
               WatchMemory& memory) {
  const auto* decides = testimonies.empty() ? nullptr : &testimonies.front();
  if (decides == nullptr || state.told) { memory.is_confirmed = true; }
  if (memory.is_confirmed) { return true; }
  if (!decides->asked_at || *decides->asked_at < memory.asks_from) { return was_active && !memory.was_long_away; }
  memory.is_confirmed = decides->problem.empty() || state.silent_for <= settings.grace;
  return memory.is_confirmed;
}

std::string left_behind(const Testimony& testimony, const AuthorityState& state) {
  return fmt::format(
      "Cell {} works in epoch {}, says {}; this database was left behind in epoch {}, and is not worked on. Make it a replica of that "
      "cell's.",
      testimony.seen->cell, testimony.seen->epoch, testimony.name, state.epoch);
}

std::string unconfirmed(const Testimony& decides) {
  return fmt::format(
      "Whether another cell has taken over cannot be asked of {}{} The cell stays on standby until it can, or until \"bizcomms cell "
      "activate\" tells it to work.",
      decides.name, decides.problem.empty() ? "." : ": " + decides.problem);
}

Standing judged(const DatabaseQuestions& questions, const AuthorityState& state, const WatchSettings& settings,
                const std::vector<Testimony>& testimonies, bool was_active, WatchMemory& memory) {
  if (state.cell != settings.cell) {
    return on_standby(
        state, fmt::format("The database belongs to cell {}, and this is cell {}; only that cell works on it.", state.cell, settings.cell));
  }
  const auto above = std::ranges::find_if(testimonies, [&](const auto& each) { return outranks(each, settings, state); });
  if (above != testimonies.end()) {
    memory.is_confirmed = false;
    static_cast<void>(questions.note_seen(above->seen->epoch));  // tried again at the next look
    return on_standby(state, left_behind(*above, state));
  }
  if (!may_go_on(settings, testimonies, state, was_active, memory)) { return on_standby(state, unconfirmed(testimonies.front())); }
  end_word(questions, testimonies, state);
  return {.reachable = true, .schema_ready = true, .active = true, .epoch = state.epoch, .problem = {}};
}

Standing lost(const Standing& before, const Error& error, WatchMemory& memory) {
  memory.in_contact = false;
  memory.is_confirmed = false;
  return away(before, error);
}

}  // namespace

Standing look(const DatabaseQuestions& questions, const WatchSettings& settings, const std::vector<Testimony>& testimonies, SteadyTime now,
              const Standing& before, WatchMemory& memory) {
  if (!before.schema_ready) {
    if (const auto schema = questions.schema(); !schema) {
      auto standing = lost(before, schema.error(), memory);
      standing.reachable = schema.error().code == ErrorCode::misconfigured;
      return standing;
    }
  }
  auto state = questions.authority();
  if (!state) { return lost(before, state.error(), memory); }
  note_contact(memory, settings, now);
  if (!state->writable) {
    memory.was_read_only = true;
    memory.is_confirmed = false;
    return on_standby(*state);
  }
  state = claimed(questions, settings, testimonies, *state, memory);
  if (!state) { return lost(before, state.error(), memory); }
  memory.was_read_only = false;
  return judged(questions, *state, settings, testimonies, before.active, memory);
}

Watch::Watch(DatabaseQuestions questions, std::vector<Witness> witnesses, WatchSettings settings, const Clock& clock, const Log& log,
             Metrics& metrics)
    : m_questions(std::move(questions)),
      m_settings(std::move(settings)),
      m_clock(clock),
      m_log(log),
      m_witnesses(std::move(witnesses), m_settings.witness_interval, clock, log),
      m_active(metrics.gauge("bizcomms_cell_active", "1 where this cell works on the database, 0 on standby.")),
      m_epoch(metrics.gauge("bizcomms_cell_epoch", "The epoch of the database; it rises when a cell takes over.")),
      m_reachable(metrics.gauge("bizcomms_database_reachable", "1 where the database answers.")),
      m_thread([this](const std::stop_token& stop) { run(stop); }) {}

Standing Watch::standing() const {
  const std::scoped_lock lock(m_mutex);
  return m_standing;
}

void Watch::wait_for_first_look(Millis limit) const {
  std::unique_lock lock(m_mutex);
  m_changed.wait_for(lock, limit, [&] { return m_looked; });
}

Standing Watch::wait_for_change(const Standing& known, const std::stop_token& stop) const {
  std::unique_lock lock(m_mutex);
  m_changed.wait(lock, stop, [&] { return m_standing != known; });
  return m_standing;
}

void Watch::note_change(const Standing& before, const Standing& now) const {
  if (now.active != before.active) { m_log.info(now.active ? "this cell is active" : "this cell is on standby", {{"epoch", now.epoch}}); }
  if (now.problem.empty() || now.problem == before.problem) { return; }
  m_log.warning(now.reachable && now.schema_ready ? "this cell does not work" : "the database is not ready", {{"problem", now.problem}});
}

void Watch::keep(const Standing& now) {
  m_active.set(now.active ? 1 : 0);
  m_epoch.set(static_cast<double>(now.epoch));
  m_reachable.set(now.reachable ? 1 : 0);
  {
    const std::scoped_lock lock(m_mutex);
    m_standing = now;
    m_looked = true;
  }
  m_changed.notify_all();
}

void Watch::run(const std::stop_token& stop) {
  WatchMemory memory;
  m_witnesses.wait_for_first(k_first_answers_limit, stop);
  do {
    const auto before = standing();
    const auto testimonies = m_witnesses.testimonies();
    const auto now = look(m_questions, m_settings, testimonies, m_clock.steady(), before, memory);
    note_change(before, now);
    keep(now);
    if (now.active && now.reachable && !testimonies.empty()) {
      m_witnesses.announce(m_settings.cell, now.epoch);
      static_cast<void>(m_questions.note_active(now.epoch));  // what keeps it from being written is seen at the next look
    }
  } while (sleep_for(stop, m_settings.interval));
}

}  // namespace bizcomms::app
