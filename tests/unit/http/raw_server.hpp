// A server on a loopback port that does what a script says, byte by byte: also what no decent server would.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bizcomms::http {

// One accepted connection; used by the script's thread only.
class RawConnection {
public:
  explicit RawConnection(int socket) : m_socket(socket) {}
  // Head and body of the next request; empty when the client closed.
  std::string read_request();
  void write(const std::string& bytes) const;
  void answer(int status, const std::string& body) const;  // whole, with keep-alive
  void reset();                                            // the client sees ECONNRESET
  void wait_for_close();

private:
  int m_socket;
  std::string m_pending;
};

class RawServer {
public:
  // Runs on a thread of its own for each connection; `number` counts them from 1.
  using Script = std::function<void(RawConnection& connection, int number)>;

  explicit RawServer(Script script);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] int port() const { return m_port; }
  [[nodiscard]] std::string url(const std::string& path = "/") const;
  [[nodiscard]] int connections() const { return m_connections; }

private:
  void accept_all();

  Script m_script;
  int m_port = 0;  // set while the socket below is made
  int m_socket = -1;
  std::atomic<int> m_connections{0};
  std::mutex m_mutex;  // guards the two below
  std::vector<int> m_open;
  std::vector<std::jthread> m_threads;
  std::jthread m_acceptor;
};

// A port on which nothing listens.
[[nodiscard]] int closed_port();

}  // namespace bizcomms::http
