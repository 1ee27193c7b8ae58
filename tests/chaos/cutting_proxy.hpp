// The network between a worker and Twilio, which breaks where a test says: in the middle of an answer, or altogether.
#pragma once

#include <atomic>
#include <deque>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace bizcomms::chaos {

// Thread-safe. Plain TCP on loopback, a thread for each connection.
class CuttingProxy {
public:
  explicit CuttingProxy(const std::string& upstream);  // "127.0.0.1:41234"
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  [[nodiscard]] std::string url() const;
  // The answers to the next POSTs are cut after so many bytes, one after the other: every second time by a reset. Later ones pass.
  void cut_answers_after(std::vector<std::size_t> bytes);
  [[nodiscard]] std::size_t cuts_left() const;
  // Resets every connection, and each new one at once, until it is up again.
  void set_down(bool down) { m_down = down; }
  [[nodiscard]] int resets() const { return m_resets; }  // of connections that were open when it went down
  [[nodiscard]] int posts() const { return m_posts; }    // that were forwarded

private:
  struct Ends;
  void accept_all(const std::stop_token& stop);
  void serve(int client, const std::stop_token& stop);
  [[nodiscard]] bool carry_request(Ends& ends);
  [[nodiscard]] bool carry_answer(Ends& ends);

  const int m_upstream;  // its port
  int m_listener = -1;
  int m_port = 0;
  std::atomic<bool> m_down = false;
  std::atomic<int> m_resets = 0;
  std::atomic<int> m_posts = 0;
  mutable std::mutex m_mutex;  // guards m_cuts
  std::deque<std::size_t> m_cuts;
  std::list<std::jthread> m_connections;  // of the accepting thread alone
  std::jthread m_acceptor;
};

}  // namespace bizcomms::chaos
