// The talk with the server on one libpq connection in non-blocking mode, with a deadline.
#pragma once

#include <chrono>
#include <string>
#include <unordered_map>

#include "bizcomms/db/connection.hpp"
#include "db/libpq.hpp"

namespace bizcomms::db {

class Exchange {
public:
  Exchange(ConnectionHandle handle, Millis limit) : m_handle(std::move(handle)), m_limit(limit) {}

  void begin();  // starts the clock of one call
  // Prepares a kept statement that is not ready: two commands, so only inside a pipeline.
  bool send(const Statement& statement, const Params& params);
  bool send_sync();
  bool send_script(const std::string& sql);
  // The next result, or none when the command is over. An error when the connection or the deadline is lost.
  Result<ResultHandle> next();

  [[nodiscard]] PGconn* get() const { return m_handle.get(); }
  [[nodiscard]] bool broken() const { return m_broken || PQstatus(get()) != CONNECTION_OK; }
  [[nodiscard]] Error lost();  // and marks it broken

  struct Prepared {
    std::string sql{};
    std::string name{};
    bool ready = false;
  };
  // The kept statement of this text, new or known.
  Prepared& prepared(std::string_view sql);

private:
  bool wait_readable();

  ConnectionHandle m_handle;
  const Millis m_limit;  // nought: none
  std::chrono::steady_clock::time_point m_deadline{};
  bool m_broken = false;
  bool m_timed_out = false;
  std::unordered_map<const char*, Prepared> m_prepared;  // by the address of the constant's text
  int m_last_name = 0;
};

[[nodiscard]] Error error_of_result(const PGresult* result);

}  // namespace bizcomms::db
