// One connection to PostgreSQL. Not thread-safe: one user at a time (see Pool). No call waits for ever: each ends at its deadline, and a
// connection that missed one is broken.
// Errors: `unavailable`: surely nothing was written. `outcome_unknown`: the connection was lost while a writing statement ran; it may have
// been done. Others as db/sqlstate.hpp says. No error holds the connection string.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/base/result.hpp"
#include "bizcomms/base/secret.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/db/values.hpp"

namespace bizcomms::db {

enum class Effect : std::uint8_t { reads, writes };
// kept: prepared once for each connection. fresh: planned anew with the values at hand, where the best plan depends on them.
enum class Plan : std::uint8_t { kept, fresh };

// A named constant of its user: the text must outlive every connection.
struct Statement {
  std::string_view sql;
  Effect effect = Effect::reads;
  Plan plan = Plan::kept;
};

struct Step {
  Statement statement;
  Params params{};
};

struct ConnectionSettings {
  Secret url{};  // libpq's URI or keywords; PG* variables fill in what it leaves out
  std::string application_name = "bizcomms";
  Millis connect_timeout{std::chrono::seconds{5}};     // whole seconds, at least 2
  Millis statement_timeout{std::chrono::seconds{15}};  // nought: none; the server ends what takes longer, we 5 s later
  std::vector<std::string> session{};                  // run once connected: "SET jit = off"
};

class Connection {
public:
  [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const ConnectionSettings& settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<Rows> run(const Statement& statement, const Params& params = {});
  // One round trip. Outside of a transaction they are one: all or nothing.
  Result<std::vector<Rows>> run_all(std::span<const Step> steps);
  // Several statements as text, without parameters or answers.
  Status script(const std::string& sql, Effect effect = Effect::writes);

  // False once it was lost; it never heals.
  [[nodiscard]] bool usable() const;
  // The same, looked at without a round trip: an idle connection that has something to read was closed by the other side.
  [[nodiscard]] bool alive();
  [[nodiscard]] bool in_transaction() const;

  // Of a listening connection: the channels notified since, as far as they have arrived.
  Result<std::vector<std::string>> notifications();
  [[nodiscard]] int socket() const;

private:
  struct Hidden;
  explicit Connection(std::unique_ptr<Hidden> hidden);
  Result<std::vector<Rows>> run_pipeline(std::span<const Step> steps);
  std::unique_ptr<Hidden> m_hidden;
};

// Rolls back unless finished. BEGIN travels with the first steps and COMMIT with the last: no round trip of their own.
class Transaction {
public:
  explicit Transaction(Connection& connection) : m_connection(connection) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Result<Rows> run(const Statement& statement, const Params& params = {});
  Result<std::vector<Rows>> run_all(std::vector<Step> steps);
  Result<std::vector<Rows>> finish(std::vector<Step> steps = {});  // …, COMMIT

private:
  Connection& m_connection;
  bool m_begun = false;
  bool m_finished = false;
};

}  // namespace bizcomms::db
