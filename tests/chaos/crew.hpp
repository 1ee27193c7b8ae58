// The roles of a cell under fire: several workers, one API, one poller. For one thread.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "bizcomms/http/client.hpp"
#include "support/cell.hpp"

namespace bizcomms::chaos {

enum class Role : std::uint8_t { work, serve, poll };
inline constexpr std::array<const char*, 3> k_role_names{"work", "serve", "poll"};

struct Member {
  Role role = Role::work;
  std::size_t number = 0;  // of the workers
};

// As a worker's own metrics say: requests to Twilio that wait for an answer, and all that have ended.
[[nodiscard]] int requests_in_flight(http::Client& client, const test::Running& worker);
[[nodiscard]] int requests_ended(http::Client& client, const test::Running& worker);
// True once SIGSTOP has stopped all of it.
[[nodiscard]] bool is_stopped(const test::Process& process);

class Crew {
public:
  // `log_folder`: what ended processes had said is kept there; empty: nowhere.
  Crew(test::Cell& cell, int workers, std::string log_folder);

  void start(const Member& member);
  void kill(const Member& member);    // SIGKILL
  void freeze(const Member& worker);  // SIGSTOP
  void thaw(const Member& worker);    // SIGCONT
  [[nodiscard]] bool is_frozen(const Member& member) const;
  [[nodiscard]] bool stands(const Member& member);  // runs, and is not frozen
  [[nodiscard]] std::size_t workers() const { return m_workers.size(); }
  // Of that worker; of all of them for the other roles.
  [[nodiscard]] int in_flight(const Member& member);

private:
  struct Worker {
    test::Running running;
    bool frozen = false;
  };
  [[nodiscard]] test::Environment poller_options() const;
  void keep_log(const char* role, const test::Process& process);

  test::Cell& m_cell;
  Log m_log = Log::silent();
  Metrics m_metrics;
  http::CurlClient m_client;
  std::vector<Worker> m_workers;
  test::Running m_poller;
  const std::string m_log_folder;
  int m_logs = 0;
};

}  // namespace bizcomms::chaos
