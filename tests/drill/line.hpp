// A line that plain TCP goes through, which a drill leads elsewhere, slows down or cuts: between two databases, and where the name that
// follows a failover leads. A thread for each connection.
#pragma once

#include <atomic>
#include <list>
#include <stop_token>
#include <thread>

#include "bizcomms/base/time.hpp"

namespace bizcomms::drill {

// Thread-safe.
class Line {
public:
  Line();  // listens on a free port of 127.0.0.1, and leads nowhere
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  [[nodiscard]] int port() const { return m_port; }
  // New connections go to that port of 127.0.0.1. Those that are open stay where they are.
  void lead_to(int port) { m_upstream = port; }
  // Resets every connection, and each new one; what was on its way is gone.
  void cut();
  // What the far end sends arrives so much later.
  void set_lag(Millis lag) { m_lag_ms = static_cast<int>(lag.count()); }

private:
  struct Passage;
  void accept_all(const std::stop_token& stop);
  void serve(int client, const std::stop_token& stop);
  [[nodiscard]] bool carry(Passage& passage);

  int m_listener = -1;
  int m_port = 0;
  std::atomic<int> m_upstream = 0;
  std::atomic<int> m_lag_ms = 0;
  std::atomic<int> m_cuts = 0;            // so often it was cut: connections made before the last one end
  std::list<std::jthread> m_connections;  // of the accepting thread alone
  std::jthread m_acceptor;
};

}  // namespace bizcomms::drill
