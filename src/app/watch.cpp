#include "app/watch.hpp"

#include <fmt/format.h>

namespace bizcomms::app {
namespace {

Standing away(const Standing& before, const Error& error) {
  Standing standing = before;
  standing.reachable = false;
  standing.problem = error.message;
  return standing;
}

Standing held_by(const store::AuthorityState& state, const std::string& cell) {
  Standing standing{.reachable = true, .schema_ready = true, .active = false, .epoch = state.epoch, .problem = {}};
  if (!state.writable) { return standing; }
  standing.active = state.cell == cell;
  if (!standing.active) {
    standing.problem = fmt::format("The database belongs to cell {}, and this is cell {}; only that cell works on it.", state.cell, cell);
  }
  return standing;
}

}  // namespace

Standing look(const DatabaseQuestions& questions, const std::string& cell, const Standing& before, bool& was_read_only) {
  if (!before.schema_ready) {
    if (const auto schema = questions.schema(); !schema) {
      auto standing = away(before, schema.error());
      standing.reachable = schema.error().code == ErrorCode::misconfigured;
      return standing;
    }
  }
  auto state = questions.authority();
  if (state && state->writable && state->cell.empty()) { state = questions.take_if_unset(); }
  if (state && state->writable && state->cell != cell && was_read_only) { state = questions.take(state->epoch); }
  if (!state) { return away(before, state.error()); }
  was_read_only = !state->writable;
  return held_by(*state, cell);
}

Watch::Watch(DatabaseQuestions questions, std::string cell, Millis interval, const Log& log, Metrics& metrics)
    : m_questions(std::move(questions)),
      m_cell(std::move(cell)),
      m_interval(interval),
      m_log(log),
      m_active(metrics.gauge("bizcomms_cell_active", "1 where this cell works on the database, 0 on standby.")),
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
  if (!now.problem.empty() && now.problem != before.problem) { m_log.warning("the database is not ready", {{"problem", now.problem}}); }
}

void Watch::run(const std::stop_token& stop) {
  bool was_read_only = false;
  do {
    const auto before = standing();
    const auto now = look(m_questions, m_cell, before, was_read_only);
    m_active.set(now.active ? 1 : 0);
    m_reachable.set(now.reachable ? 1 : 0);
    note_change(before, now);
    {
      const std::scoped_lock lock(m_mutex);
      m_standing = now;
      m_looked = true;
    }
    m_changed.notify_all();
  } while (sleep_for(stop, m_interval));
}

}  // namespace bizcomms::app
