// The processes of one cell: serve, workers, poller, as the real binary. What they stand on (database, queue, ledger) is given by their
// options. For one thread, but for call() and role().
#pragma once

#include <string>
#include <vector>

#include "drill/web.hpp"
#include "support/process.hpp"

namespace bizcomms::drill {

struct SiteSettings {
  std::string cell;                    // "use1-01"
  std::string region;                  // "us-east-1"
  test::Environment options{};         // of every role, as BIZCOMMS_… variables
  test::Environment poller_options{};  // besides, of the poller
  int workers = 2;
  std::string log_folder{};  // what ended processes had said is kept there; empty: nowhere
};

class Site {
public:
  Site(SiteSettings settings, Web& web);
  ~Site() { end_all(); }  // SIGKILL to what still runs
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // Waits until each role says where it listens and is ready: a standby is.
  void start();
  void kill();                // SIGKILL to all at once
  [[nodiscard]] bool stop();  // SIGTERM to all at once; whether all ended by themselves
  // A worker besides, with other options as well.
  [[nodiscard]] test::Running start_worker(const test::Environment& more) { return start_role("work", more); }
  [[nodiscard]] test::Finished command(std::vector<std::string> words) const;

  test::Answer call(const std::string& method, const std::string& path, const std::string& body = {}, const http::Headers& more = {});
  // "active", "standby"; empty where nobody answers.
  [[nodiscard]] std::string role();
  // Of all its workers since their start: requests that should send something.
  [[nodiscard]] int attempts();

  void set_key(const std::string& key);
  [[nodiscard]] const std::string& name() const { return m_settings.cell; }
  [[nodiscard]] int port() const { return m_port; }
  [[nodiscard]] test::Environment& options() { return m_settings.options; }
  void keep_log(const test::Running& running, const char* role);

private:
  [[nodiscard]] test::Running start_role(const std::string& role, const test::Environment& more);
  void end_all();

  SiteSettings m_settings;
  Web& m_web;
  const int m_port;
  std::string m_key;
  int m_logs = 0;
  test::Running m_serve;
  test::Running m_poll;
  std::vector<test::Running> m_workers;
};

}  // namespace bizcomms::drill
