// A whole cell for a system test: PostgreSQL, the phone simulator, and the real binary's roles as processes, on loopback. All of it ends
// with the object. Reads like: cell.start_serve(); auto alert = cell.post_alert(…); EXPECT_EQ(cell.phones().texts("+1555…"), …).
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/json/reader.hpp"
#include "support/postgres.hpp"
#include "support/process.hpp"

namespace bizcomms::test {

// The path of the binary under test.
[[nodiscard]] std::string binary();

// A port of 127.0.0.1 that nobody listens on: for what must be known before its server starts, and is the same after each restart.
[[nodiscard]] std::string free_address();

[[nodiscard]] std::string number(int n);  // the phone number of person n

struct Answer {
  int status = 0;
  std::string body;
  http::Headers headers;
  mutable std::shared_ptr<json::Document> document = {};  // of json(), once asked for
  // The parsed body; fails the test and is null where it is no JSON. Lives as long as the answer.
  [[nodiscard]] json::Value json() const;
};

// One running role.
struct Running {
  std::unique_ptr<Process> process;
  std::string address;  // of its API or simulator, where it has one
  std::string admin_address;
};

// What one phone received, or all.
struct Received {
  std::string to;
  std::string kind;  // "message", "call"
  std::string text;  // the body, or what was heard
  std::string sid;
  std::string status;  // Twilio's word: "sent", "delivered", "undelivered", …
};

class Cell {
public:
  // Database made and migrated, an API key made; no role runs yet. `options` go to every role as BIZCOMMS_… variables;
  // `postgres` is the server, where it is not to be one that spares the disk.
  explicit Cell(const Environment& options = {}, std::unique_ptr<Postgres> postgres = nullptr);
  ~Cell();

  // Roles. Started with the cell's options and `more`; each waits until the role is ready.
  void start_serve(const Environment& more = {});
  void start_work(const Environment& more = {});
  void start_simulator(const Environment& more = {});
  [[nodiscard]] Running start(const std::string& role, const Environment& more, std::vector<std::string> flags = {});
  [[nodiscard]] Finished command(std::vector<std::string> words, const Environment& more = {});  // runs to its end
  // A shell command as a person types it, with the binary on the PATH and the API's address and key in API and KEY.
  [[nodiscard]] Finished shell(const std::string& command);
  [[nodiscard]] Process& serve() { return *m_serve.process; }
  [[nodiscard]] Process& work() { return *m_work.process; }
  [[nodiscard]] const std::string& api_address() const { return m_api_address; }
  [[nodiscard]] const std::string& simulator_address() const { return m_simulator.address; }
  [[nodiscard]] Postgres& postgres() { return *m_postgres; }
  [[nodiscard]] const std::string& database() const { return m_options.at("BIZCOMMS_DATABASE_URL"); }
  [[nodiscard]] const std::string& key() const { return m_key; }

  // The value of a series such as bizcomms_http_connections{server="api"}; 0 where there is none.
  [[nodiscard]] double serve_metric(const std::string& series) { return metric(m_serve, series); }
  [[nodiscard]] double work_metric(const std::string& series) { return metric(m_work, series); }

  [[nodiscard]] std::string serve_metrics() { return metrics(m_serve); }  // all of them
  [[nodiscard]] std::string work_metrics() { return metrics(m_work); }

  // The API, with the cell's key. `what` fails the test where no HTTP answer came.
  Answer call(const std::string& method, const std::string& path, const std::string& body = {}, const http::Headers& more = {});
  std::string make_recipient(const std::string& number, const std::string& tags = R"(["news"])", const std::string& preferences = "{}");
  std::string post_alert(const std::string& body);  // its id
  [[nodiscard]] std::string alert_status(const std::string& id);
  [[nodiscard]] std::map<std::string, std::int64_t> counts(const std::string& id);
  [[nodiscard]] bool completes(const std::string& id, std::chrono::milliseconds limit = std::chrono::seconds{60});

  // The simulator.
  void faults(const std::string& json);
  [[nodiscard]] std::vector<Received> received();
  [[nodiscard]] std::vector<Received> received_by(const std::string& number);
  [[nodiscard]] std::vector<Received> taken();  // everything Twilio accepted, whether it reached a phone yet or not
  Answer simulator(const std::string& method, const std::string& path, const std::string& body = {});

private:
  [[nodiscard]] std::string metrics(const Running& role);
  [[nodiscard]] double metric(const Running& role, const std::string& series);
  [[nodiscard]] std::vector<Received> record(bool all);
  Answer ask(const std::string& method, const std::string& url, const std::string& body, const http::Headers& headers);

  Log m_log = Log::silent();
  Metrics m_metrics;
  Environment m_options;
  std::unique_ptr<Postgres> m_postgres;
  http::CurlClient m_client;
  std::string m_api_address;
  std::string m_key;
  int m_simulator_starts = 0;
  Running m_simulator;
  Running m_serve;
  Running m_work;
};

}  // namespace bizcomms::test
