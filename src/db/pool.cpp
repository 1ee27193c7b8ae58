#include "bizcomms/db/pool.hpp"

#include <chrono>

namespace bizcomms::db {

namespace {

constexpr Statement k_check{.sql = "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'"};

bool lost(const Error& error) { return error.code == ErrorCode::unavailable || error.code == ErrorCode::outcome_unknown; }

}  // namespace

Pool::Pool(PoolSettings settings, const Log& log, Metrics& metrics)
    : m_settings(std::move(settings)),
      m_log(log.with({{"part", "database"}})),
      m_in_use(metrics.gauge("bizcomms_database_connections_in_use", "Connections to the database that are at work.")),
      m_waited(metrics.histogram("bizcomms_database_wait_seconds", "Time spent waiting for a free connection to the database.",
                                 Metrics::k_seconds)),
      m_failures(metrics.counter("bizcomms_database_connect_failures_total", "Connections to the database that could not be opened.")) {
  bizcomms::check(m_settings.size > 0, "a pool has room for a connection");
}

Pool::~Pool() { bizcomms::check(m_taken == 0, "every connection is back before its pool goes"); }

Pool::Lease::~Lease() {
  if (m_connection) { m_pool->give_back(std::move(m_connection)); }
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  if (connection && (!connection->usable() || connection->in_transaction())) { connection.reset(); }
  const std::scoped_lock lock(m_mutex);
  if (connection) { m_idle.push_back(std::move(connection)); }
  --m_taken;
  m_in_use.add(-1);
  m_freed.notify_one();
}

Result<std::unique_ptr<Connection>> Pool::take_slot() {
  std::unique_lock lock(m_mutex);
  if (m_taken >= m_settings.size) {
    const auto began = std::chrono::steady_clock::now();
    const bool free = m_freed.wait_until(lock, began + m_settings.wait, [this] { return m_taken < m_settings.size; });
    m_waited.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    if (!free) {
      return Error{.code = ErrorCode::unavailable, .message = "Every connection to the database is busy.", .retry_after = Millis{1000}};
    }
  }
  ++m_taken;
  m_in_use.add(1);
  if (m_idle.empty()) { return std::unique_ptr<Connection>{}; }
  auto connection = std::move(m_idle.back());  // the one used last: the others may grow idle
  m_idle.pop_back();
  return connection;
}

void Pool::note_opening(const Result<std::unique_ptr<Connection>>& opened) {
  if (!opened) { m_failures.add(); }
  {
    const std::scoped_lock lock(m_mutex);
    if (m_down == !opened) { return; }
    m_down = !opened;
  }
  if (opened) {
    m_log.info("The database can be reached again.");
  } else {
    m_log.warning("The database cannot be reached.", opened.error());
  }
}

Result<Pool::Lease> Pool::take() {
  auto slot = take_slot();
  if (!slot) { return slot.error(); }
  if (*slot && (*slot)->alive()) { return Lease(*this, std::move(*slot)); }
  slot->reset();
  auto opened = open();
  note_opening(opened);
  if (!opened) {
    give_back(nullptr);
    return opened.error();
  }
  return Lease(*this, std::move(*opened));
}

Result<Rows> Pool::run(const Statement& statement, const Params& params) {
  auto lease = take();
  if (!lease) { return lease.error(); }
  auto rows = (*lease)->run(statement, params);
  if (rows || statement.effect == Effect::writes || !lost(rows.error()) || (*lease)->usable()) { return rows; }
  auto other = open();
  if (!other) { return rows; }
  return (*other)->run(statement, params);
}

Result<std::vector<Rows>> Pool::run_all(std::span<const Step> steps) {
  auto lease = take();
  if (!lease) { return lease.error(); }
  return (*lease)->run_all(steps);
}

Result<std::unique_ptr<Connection>> Pool::open() { return Connection::open(m_settings.connection); }

Result<Pool::Health> Pool::check() {
  const auto began = std::chrono::steady_clock::now();
  const auto rows = run(k_check);
  if (!rows) { return rows.error(); }
  const auto took = std::chrono::ceil<Millis>(std::chrono::steady_clock::now() - began);
  return Health{.writable = (*rows)[0].take<bool>(), .answered_in = took};
}

}  // namespace bizcomms::db
