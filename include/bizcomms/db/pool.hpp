// A bounded set of connections, opened when needed and reopened by themselves after a loss. Thread-safe.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/db/connection.hpp"

namespace bizcomms::db {

struct PoolSettings {
  ConnectionSettings connection{};
  int size = 16;                         // connections at most
  Millis wait{std::chrono::seconds{5}};  // for a free one; then `unavailable`
};

class Pool {
public:
  Pool(PoolSettings settings, const Log& log, Metrics& metrics);
  ~Pool();  // every lease is back by then
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // A connection in the hands of one user; goes back by itself. One that is broken or still in a transaction is closed instead.
  class Lease {
  public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection) : m_pool(&pool), m_connection(std::move(connection)) {}
    ~Lease();
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    Connection& operator*() const { return *m_connection; }
    Connection* operator->() const { return m_connection.get(); }

  private:
    Pool* m_pool;
    std::unique_ptr<Connection> m_connection;
  };

  Result<Lease> take();
  // One statement on any connection. A reading one is tried once more when the connection was lost under it.
  Result<Rows> run(const Statement& statement, const Params& params = {});
  Result<std::vector<Rows>> run_all(std::span<const Step> steps);

  // Beside the pool, for who keeps it: a listener, migrations.
  Result<std::unique_ptr<Connection>> open();
  // Whether the database answers, and whether it can be written to.
  struct Health {
    bool writable = false;
    Millis answered_in{0};
  };
  Result<Health> check();
  [[nodiscard]] const PoolSettings& settings() const { return m_settings; }

private:
  void give_back(std::unique_ptr<Connection> connection);
  Result<std::unique_ptr<Connection>> take_slot();  // null: the slot is ours, a connection is to be opened
  void note_opening(const Result<std::unique_ptr<Connection>>& opened);

  const PoolSettings m_settings;
  const Log m_log;
  Gauge& m_in_use;
  Histogram& m_waited;
  Counter& m_failures;
  std::mutex m_mutex;  // guards all below
  std::condition_variable m_freed;
  std::vector<std::unique_ptr<Connection>> m_idle;
  int m_taken = 0;
  bool m_down = false;  // so that going and coming back are logged once
};

}  // namespace bizcomms::db
