#include "bizcomms/db/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "bizcomms/db/sqlstate.hpp"
#include "db/connect.hpp"
#include "db/exchange.hpp"

namespace bizcomms::db {

namespace {

// Lasts until the end of the transaction, which a pipeline is by itself.
constexpr Statement k_plan_anew{.sql = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"};

constexpr Millis k_beyond_server{std::chrono::seconds{5}};  // the server's own limit comes first

// Lost in the middle of a writing statement: it may have been done.
Error lost_during(Error error, Effect effect) {
  const bool by_server = !sqlstate_of(error).empty();  // the server said that it ended the statement
  if (effect == Effect::writes && error.code == ErrorCode::unavailable && !by_server) {
    error.code = ErrorCode::outcome_unknown;
    error.message = "The connection to the database was lost; what was written is unknown.";
  }
  return error;
}

Rows rows_of(ResultHandle result) {
  return Rows(std::shared_ptr<void>(result.release(), [](void* owned) { PQclear(static_cast<PGresult*>(owned)); }));
}

bool is_good(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

}  // namespace

struct Connection::Hidden {
  Exchange exchange;
};

Connection::Connection(std::unique_ptr<Hidden> hidden) : m_hidden(std::move(hidden)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionSettings& settings) {
  auto handle = connect(settings);
  if (!handle) { return handle.error(); }
  const Millis limit = settings.statement_timeout.count() == 0 ? Millis{0} : settings.statement_timeout + k_beyond_server;
  auto hidden = std::make_unique<Hidden>(Hidden{.exchange = Exchange(std::move(*handle), limit)});
  return std::unique_ptr<Connection>(new Connection(std::move(hidden)));
}

Result<Rows> Connection::run(const Statement& statement, const Params& params) {
  Exchange& exchange = m_hidden->exchange;
  // Planned anew, or the first time, when it is prepared and run in one round trip.
  if (statement.plan == Plan::fresh || !exchange.prepared(statement.sql).ready) {
    const Step step{.statement = statement, .params = params};
    auto rows = run_all(std::span(&step, 1));
    if (!rows) { return rows.error(); }
    return std::move(rows->front());
  }
  if (exchange.broken()) { return exchange.lost(); }
  exchange.begin();
  if (!exchange.send(statement, params)) { return exchange.lost(); }
  ResultHandle last;
  for (;;) {
    auto result = exchange.next();
    if (!result) { return lost_during(result.error(), statement.effect); }
    if (!*result) { break; }
    last = std::move(*result);
  }
  if (!is_good(last.get())) { return lost_during(error_of_result(last.get()), statement.effect); }
  return rows_of(std::move(last));
}

namespace {

// Sends all steps; notes which of them had to be prepared first.
bool send_steps(Exchange& exchange, std::span<const Step> steps, std::vector<bool>& preparing) {
  for (const Step& step : steps) {
    const bool first = step.statement.plan == Plan::kept && !exchange.prepared(step.statement.sql).ready;
    preparing.push_back(first);
    if (!exchange.send(step.statement, step.params)) { return false; }
    // A second use in the same pipeline must not prepare again; taken back should it fail.
    if (first) { exchange.prepared(step.statement.sql).ready = true; }
  }
  return exchange.send_sync();
}

// One command's result, up to the empty one that ends it.
Result<ResultHandle> whole_result(Exchange& exchange) {
  auto result = exchange.next();
  if (!result || !*result) { return result; }
  auto end = exchange.next();
  if (!end) { return end; }
  return result;
}

struct Gathered {
  std::vector<Rows> rows;
  std::optional<Error> error;  // of the first that failed
};

Status gather_step(Exchange& exchange, const Step& step, bool preparing, Gathered& gathered) {
  for (int left = preparing ? 2 : 1; left > 0; --left) {
    auto result = whole_result(exchange);
    if (!result) { return result.error(); }
    const bool good = is_good(result->get());
    if (!good && !gathered.error && PQresultStatus(result->get()) != PGRES_PIPELINE_ABORTED) {
      gathered.error = error_of_result(result->get());
    }
    if (!good && left == 2) { exchange.prepared(step.statement.sql).ready = false; }
    if (good && left == 1) { gathered.rows.push_back(rows_of(std::move(*result))); }
  }
  return {};
}

Result<std::vector<Rows>> gather(Exchange& exchange, std::span<const Step> steps, const std::vector<bool>& preparing) {
  Gathered gathered;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto done = gather_step(exchange, steps[i], preparing[i], gathered);
    if (!done) { return done.error(); }
  }
  auto sync = exchange.next();
  if (!sync) { return sync.error(); }
  if (gathered.error) { return *gathered.error; }
  if (exchange.broken()) { return exchange.lost(); }
  check(gathered.rows.size() == steps.size(), "every step has its answer");
  return std::move(gathered.rows);
}

}  // namespace

Result<std::vector<Rows>> Connection::run_all(std::span<const Step> steps) {
  const bool anew = std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.statement.plan == Plan::fresh; });
  if (!anew) { return run_pipeline(steps); }
  std::vector<Step> all{Step{.statement = k_plan_anew}};
  all.insert(all.end(), steps.begin(), steps.end());
  auto rows = run_pipeline(all);
  if (rows) { rows->erase(rows->begin()); }
  return rows;
}

Result<std::vector<Rows>> Connection::run_pipeline(std::span<const Step> steps) {
  Exchange& exchange = m_hidden->exchange;
  if (steps.empty()) { return std::vector<Rows>{}; }
  if (exchange.broken() || PQenterPipelineMode(exchange.get()) != 1) { return exchange.lost(); }
  exchange.begin();
  std::vector<bool> preparing;
  if (!send_steps(exchange, steps, preparing)) { return exchange.lost(); }
  auto rows = gather(exchange, steps, preparing);
  bool writes = false;
  for (const Step& step : steps) { writes = writes || step.statement.effect == Effect::writes; }
  if (!exchange.broken() && PQexitPipelineMode(exchange.get()) != 1) { static_cast<void>(exchange.lost()); }
  if (!rows) { return lost_during(rows.error(), writes ? Effect::writes : Effect::reads); }
  return rows;
}

Status Connection::script(const std::string& sql, Effect effect) {
  Exchange& exchange = m_hidden->exchange;
  if (exchange.broken()) { return exchange.lost(); }
  exchange.begin();
  if (!exchange.send_script(sql)) { return exchange.lost(); }
  std::optional<Error> failed;
  for (;;) {
    auto result = exchange.next();
    if (!result) { return lost_during(result.error(), effect); }
    if (!*result) { break; }
    if (!is_good(result->get()) && !failed) { failed = error_of_result(result->get()); }
  }
  if (failed) { return lost_during(*failed, effect); }
  return {};
}

bool Connection::usable() const { return !m_hidden->exchange.broken(); }

bool Connection::alive() {
  if (!usable()) { return false; }
  pollfd waited{.fd = socket(), .events = POLLIN, .revents = 0};
  if (poll(&waited, 1, 0) == 0) { return true; }
  // A late notice is harmless; the end of the connection is not.
  if (PQconsumeInput(m_hidden->exchange.get()) == 1 && PQisBusy(m_hidden->exchange.get()) == 0) {
    return usable() && poll(&waited, 1, 0) == 0;
  }
  static_cast<void>(m_hidden->exchange.lost());
  return false;
}

bool Connection::in_transaction() const { return PQtransactionStatus(m_hidden->exchange.get()) != PQTRANS_IDLE; }
int Connection::socket() const { return PQsocket(m_hidden->exchange.get()); }

Result<std::vector<std::string>> Connection::notifications() {
  Exchange& exchange = m_hidden->exchange;
  if (PQconsumeInput(exchange.get()) != 1 || exchange.broken()) { return exchange.lost(); }
  std::vector<std::string> channels;
  for (;;) {
    const std::unique_ptr<PGnotify, FreeMemory> notified(PQnotifies(exchange.get()));
    if (!notified) { return channels; }
    channels.emplace_back(notified->relname);
  }
}

}  // namespace bizcomms::db
