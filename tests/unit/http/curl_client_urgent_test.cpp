// Urgent requests wait for nobody that is not urgent.
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "bizcomms/http/client.hpp"
#include "unit/http/raw_server.hpp"

namespace bizcomms::http {
namespace {

using std::chrono::seconds;

// Answers requests to "/held" when the gate opens, and all others at once.
class GatedServer {
public:
  ~GatedServer() { open(); }
  void open() {
    if (!m_is_open) { m_gate.set_value(); }
    m_is_open = true;
  }
  [[nodiscard]] std::string url(const std::string& path) const { return m_server.url(path); }
  [[nodiscard]] int connections() const { return m_server.connections(); }
  // Paths in the order they came.
  [[nodiscard]] std::vector<std::string> seen() const {
    const std::lock_guard lock(m_mutex);
    return m_seen;
  }

private:
  void serve(RawConnection& connection) {
    for (std::string request; !(request = connection.read_request()).empty();) {
      const std::string path = request.substr(5, request.find(' ', 5) - 5);
      {
        const std::lock_guard lock(m_mutex);
        m_seen.push_back(path);
      }
      if (path == "/held") { m_opened.wait(); }
      connection.answer(200, "");
    }
  }

  std::promise<void> m_gate;
  std::shared_future<void> m_opened{m_gate.get_future()};
  bool m_is_open = false;
  mutable std::mutex m_mutex;  // guards m_seen
  std::vector<std::string> m_seen;
  RawServer m_server{[this](RawConnection& connection, int) { serve(connection); }};
};

std::future<bool> send(Client& client, const std::string& url, bool urgent = false) {
  auto done = std::make_shared<std::promise<bool>>();
  auto answered = done->get_future();
  client.send({.method = "POST", .url = url, .timeout = seconds{60}, .urgent = urgent},
              [done](const Result<ClientResponse>& result) { done->set_value(result.has_value()); });
  return answered;
}

TEST(CurlClientUrgent, AnEighthOfTheConnectionsIsKeptForThem) {
  GatedServer server;
  Metrics metrics;
  CurlClient client({.connections_max = 8}, Log::silent(), metrics);
  std::vector<std::future<bool>> held;
  for (int i = 0; i < 20; ++i) { held.push_back(send(client, server.url("/held"))); }
  auto urgent = send(client, server.url("/urgent"), true);
  ASSERT_EQ(urgent.wait_for(seconds{20}), std::future_status::ready) << "it waits for those that are held";
  EXPECT_TRUE(urgent.get());
  EXPECT_LE(server.connections(), 8);
  server.open();
  for (auto& each : held) { EXPECT_TRUE(each.get()); }
}

TEST(CurlClientUrgent, TheyPassThoseThatWait) {
  GatedServer server;
  Metrics metrics;
  CurlClient client({.connections_max = 1}, Log::silent(), metrics);
  auto held = send(client, server.url("/held"));
  auto second = send(client, server.url("/second"));
  auto urgent = send(client, server.url("/urgent"), true);
  server.open();
  for (auto* each : {&held, &second, &urgent}) { EXPECT_TRUE(each->get()); }
  const auto seen = server.seen();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen.back(), "/second");
}

}  // namespace
}  // namespace bizcomms::http
