// Many connections, slow clients, deadlines and the end of a server's life.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "test_server.hpp"

namespace bizcomms::http {
namespace {

using std::chrono::seconds;

std::vector<RawClient> clients_of(const TestServer& up, std::size_t count) {
  std::vector<RawClient> clients;
  clients.reserve(count);
  for (std::size_t i = 0; i < count; ++i) { clients.push_back(up.client()); }
  return clients;
}

// Both ends of a connection are in this process.
std::size_t connections_allowed(std::size_t wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, 2 * wanted + 200));
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return std::min<std::size_t>(wanted, (limit.rlim_cur - 200) / 2);
}

TEST(ServerLoad, ServesHundredsOfConnectionsWithFewThreads) {
  auto settings = TestServer::settings(8);
  settings.io_threads = 2;
  TestServer up(settings);
  auto clients = clients_of(up, 300);
  for (int round = 0; round < 3; ++round) {
    for (auto& client : clients) { ASSERT_TRUE(client.send(get_request("/echo/" + std::to_string(round)))); }
    for (auto& client : clients) { ASSERT_EQ(client.answer().body, std::to_string(round) + " from 127.0.0.1"); }
  }
}

TEST(ServerLoad, SlowClientsOccupyNoHandlerThread) {
  TestServer up(TestServer::settings(2));
  auto slow = clients_of(up, 100);
  for (std::size_t i = 0; i < slow.size(); ++i) {
    const std::string head = "POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
    slow[i].send(i % 2 == 0 ? head : head + "Content-Length: 10\r\n\r\n12345");
  }
  auto client = up.client();
  for (int i = 0; i < 20; ++i) { ASSERT_EQ(client.ask(get_request("/echo/a")).status, 200); }
}

TEST(ServerLoad, WhatWaitedTooLongForAThreadGets503) {
  const auto clock = std::make_unique<ManualClock>();
  TestServer up(TestServer::settings(1), clock.get());
  auto busy = up.client();
  busy.send(get_request("/gate"));
  up.gate.wait_for(1);
  auto waiting = up.client();
  waiting.send(get_request("/echo/a"));
  EXPECT_EQ(up.client().ask(get_request("/health")).status, 200);  // so the one before has come in
  clock->advance(seconds{6});
  up.gate.open();
  const auto answer = waiting.answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.field("Retry-After"), "1");
}

TEST(ServerLoad, ReadsAndWritesDoNotHoldEachOtherUp) {
  for (const std::string held : {"GET", "POST"}) {
    TestServer up(TestServer::settings(1));
    auto busy = up.client();
    busy.send(held + " /gate HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    up.gate.wait_for(1);
    auto other = up.client();
    const auto read = get_request("/echo/a");
    const std::string write = "POST /json HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
    EXPECT_EQ(other.ask(held == "GET" ? write : read).status, 200) << held;
    up.gate.open();
    EXPECT_EQ(busy.answer().body, "through");
  }
}

TEST(ServerLoad, ALateRequestGets408) {
  const auto clock = std::make_unique<ManualClock>();
  TestServer up(TestServer::settings(1), clock.get());
  auto head = up.client();
  auto body = up.client();
  head.send("GET /health HTTP/1.1\r\nHost");
  body.send("POST /json HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(body.answer().status, 100);  // so its first byte has been read
  clock->advance(seconds{9});
  EXPECT_EQ(up.client().ask(get_request("/health")).status, 200);  // so the other's has
  body.send("12345");
  clock->advance(seconds{11});
  for (auto* client : {&head, &body}) {
    const auto answer = client->answer();
    EXPECT_EQ(answer.status, 408);
    EXPECT_EQ(answer.field("Connection"), "close");
  }
}

TEST(ServerLoad, AnIdleConnectionIsClosedWithoutAWord) {
  const auto clock = std::make_unique<ManualClock>();
  TestServer up(TestServer::settings(1), clock.get());
  auto used = up.client();
  // The second request comes to the one I/O thread when the first connection has become idle.
  const auto both_served = [&] {
    EXPECT_EQ(used.ask(get_request("/health")).status, 200);
    EXPECT_EQ(up.client().ask(get_request("/health")).status, 200);
  };
  both_served();
  clock->advance(seconds{74});
  both_served();
  clock->advance(seconds{76});
  EXPECT_TRUE(used.closed());
}

TEST(ServerLoad, AClientThatDoesNotReadIsCutOff) {
  const auto clock = std::make_unique<ManualClock>();
  TestServer up(TestServer::settings(1), clock.get());
  auto lazy = up.client();
  lazy.send(get_request("/big"));
  auto other = up.client();
  EXPECT_EQ(other.ask(get_request("/health")).status, 200);
  const auto deadline = std::chrono::steady_clock::now() + seconds{10};
  const auto passes_until = [&](const std::string& metric, double value) {
    while (up.metric(metric) != value && std::chrono::steady_clock::now() < deadline) {
      EXPECT_EQ(other.ask(get_request("/health")).status, 200);
      clock->advance(seconds{11});
    }
  };
  passes_until(R"(bizcomms_http_requests_total{method="GET",route="/big",server="api",status="200"})", 1);
  passes_until(R"(bizcomms_http_connections{server="api"})", 1);
  EXPECT_LT(lazy.rest().size(), k_big);
}

TEST(ServerLoad, AReaderOfABigAnswerGetsAllOfIt) {
  TestServer up;
  auto client = up.client();
  EXPECT_EQ(client.ask(get_request("/big")).body.size(), k_big);
  EXPECT_EQ(client.ask(get_request("/health")).status, 200);
}

TEST(ServerLoad, DrainLetsRequestsFinishAndClosesIdleConnections) {
  TestServer up;
  auto idle = up.client();
  EXPECT_EQ(idle.ask(get_request("/health")).status, 200);
  auto busy = up.client();
  busy.send(get_request("/gate"));
  auto half = up.client();
  half.send("POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(half.answer().status, 100);
  up.gate.wait_for(1);
  int cut_off = -1;
  std::thread drain([&] { cut_off = up.server.drain(seconds{20}); });
  EXPECT_TRUE(idle.closed());
  const auto last = half.ask("{}");
  EXPECT_EQ(last.body, "{}");
  EXPECT_EQ(last.field("Connection"), "close");
  up.gate.open();
  const auto finished = busy.answer();
  EXPECT_EQ(finished.body, "through");
  EXPECT_EQ(finished.field("Connection"), "close");
  drain.join();
  EXPECT_EQ(cut_off, 0);
  EXPECT_FALSE(up.client().send(get_request("/health")) && up.client().answer().status != 0);
}

TEST(ServerLoad, DrainCutsOffWhatTakesTooLong) {
  TestServer up;
  auto half = up.client();
  half.send("POST /json HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(half.answer().status, 100);
  EXPECT_EQ(up.server.drain(std::chrono::milliseconds{20}), 1);
  EXPECT_EQ(half.answer().status, 0);
}

TEST(ServerLoad, StopsWithRequestsInTheQueue) {
  auto up = std::make_unique<TestServer>(TestServer::settings(1));
  auto clients = clients_of(*up, 20);
  for (auto& client : clients) { client.send(get_request("/gate")); }
  up->gate.wait_for(1);
  std::thread opener([&] { up->gate.open(); });
  up->server.stop();
  opener.join();
  EXPECT_EQ(up->metric(R"(bizcomms_http_connections{server="api"})"), 0);
}

TEST(ServerLoad, StopsQuicklyWithThousandsOfIdleConnections) {
  TestServer up(TestServer::settings(1));
  auto clients = clients_of(up, connections_allowed(10'000));
  EXPECT_EQ(clients.back().ask(get_request("/health")).status, 200);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(up.server.drain(seconds{30}), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds{20});
  EXPECT_TRUE(clients.front().closed());
}

}  // namespace
}  // namespace bizcomms::http
