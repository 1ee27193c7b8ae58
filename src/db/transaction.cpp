#include "bizcomms/db/connection.hpp"

namespace bizcomms::db {

namespace {

constexpr Statement k_begin{.sql = "BEGIN", .effect = Effect::reads};
constexpr Statement k_commit{.sql = "COMMIT", .effect = Effect::writes};

}  // namespace

Transaction::~Transaction() {
  if (m_begun && !m_finished && m_connection.usable()) { static_cast<void>(m_connection.script("ROLLBACK", Effect::reads)); }
}

Result<Rows> Transaction::run(const Statement& statement, const Params& params) {
  std::vector<Step> steps;
  steps.push_back({.statement = statement, .params = params});
  auto rows = run_all(std::move(steps));
  if (!rows) { return rows.error(); }
  return std::move(rows->back());
}

Result<std::vector<Rows>> Transaction::run_all(std::vector<Step> steps) {
  check(!m_finished, "the transaction is open");
  const bool begins = !m_begun;
  m_begun = true;
  if (begins) { steps.insert(steps.begin(), Step{.statement = k_begin}); }
  auto rows = m_connection.run_all(steps);
  if (!rows) {
    Error error = rows.error();  // COMMIT was never sent: surely not done
    if (error.code == ErrorCode::outcome_unknown) { error.code = ErrorCode::unavailable; }
    return error;
  }
  if (begins) { rows->erase(rows->begin()); }
  return rows;
}

Result<std::vector<Rows>> Transaction::finish(std::vector<Step> steps) {
  check(!m_finished, "the transaction is open");
  if (!m_begun) { steps.insert(steps.begin(), Step{.statement = k_begin}); }
  const bool begins = !m_begun;
  m_begun = true;
  steps.push_back({.statement = k_commit});
  auto rows = m_connection.run_all(steps);
  if (!rows) { return rows.error(); }
  m_finished = true;
  rows->pop_back();
  if (begins) { rows->erase(rows->begin()); }
  return rows;
}

}  // namespace bizcomms::db
