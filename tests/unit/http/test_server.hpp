// A server on a free port of this machine, with a few routes, its log kept in memory.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "bizcomms/http/server.hpp"
#include "support/wire/raw_client.hpp"

namespace bizcomms::http {

// Holds handlers until it is opened.
class Gate {
public:
  void open();
  void pass();               // waits until it is open
  void wait_for(int count);  // until that many have come to it

private:
  std::mutex m_mutex;  // guards all below
  std::condition_variable m_changed;
  int m_arrived = 0;
  bool m_open = false;
};

// Routes: GET /health (on the I/O thread), GET /echo/{id}, POST /json, POST /form, GET and POST /gate, GET /throw, GET /big, GET
// /phones/{number}, GET /private (401), GET /trace, POST /callback (whose origin its query
// names as p); these two answer with their trace.
inline constexpr std::size_t k_big = 16'777'216;  // what GET /big answers: more than the kernel keeps for a client that does not read

class TestServer {
public:
  explicit TestServer(ServerSettings settings = {}, const Clock* clock = nullptr, Tracer tracer = {});
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() { gate.open(); }

  [[nodiscard]] RawClient client() const { return RawClient(server.address()); }
  [[nodiscard]] std::string log_lines();
  [[nodiscard]] double metric(const std::string& line) const;  // of /metrics' text, "name{…}"; 0 when there is none

  static ServerSettings settings(int threads);  // as many readers as writers

  SystemClock system_clock;
  Metrics metrics;
  Gate gate;

private:
  std::mutex m_mutex;  // guards m_lines
  std::string m_lines;

public:
  Server server;
};

}  // namespace bizcomms::http
