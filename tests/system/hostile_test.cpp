// Clients that mean ill, at the real binary: each gets its refusal or a closed connection, others are served all the while, and the
// server's memory stays bounded.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

#include "system/well_behaved.hpp"

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;
using http::RawClient;

constexpr rlim_t k_spare_descriptors = 500;

// The server is a process of its own with the same limit.
std::size_t connections_allowed(std::size_t wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return std::min<std::size_t>(wanted, limit.rlim_cur - k_spare_descriptors);
}

std::vector<RawClient> clients_of(const std::string& address, std::size_t count) {
  std::vector<RawClient> clients;
  clients.reserve(count);
  for (std::size_t i = 0; i < count; ++i) { clients.emplace_back(address); }
  return clients;
}

double connections_of(Cell& cell) { return cell.serve_metric(R"(bizcomms_http_connections{server="api"})"); }

TEST(Hostile, TenThousandIdleConnectionsLeaveRoomForOthers) {
  const auto idle_count = connections_allowed(10'000);  // all that there may be
  Cell cell(Environment{{"BIZCOMMS_CONNECTIONS_MAX", std::to_string(idle_count)}});
  cell.start_serve();
  const auto before = memory_of(cell.serve().pid());
  auto idle = clients_of(cell.api_address(), idle_count);
  ASSERT_TRUE(eventually([&] { return connections_of(cell) >= static_cast<double>(idle_count); }, 60s)) << connections_of(cell);
  const auto list = keyed_request(cell.key(), "GET", "/v1/alerts");
  ASSERT_TRUE(eventually([&] { return RawClient(cell.api_address()).ask(list).status == 200; })) << "none has been idle for a second";
  WellBehaved client(cell);
  EXPECT_TRUE(client.goes_on()) << client.complaints();
  EXPECT_EQ(idle.back().ask(list).status, 200) << "it may wake up at any time";
  expect_memory_bounded(cell.serve().pid(), before, 100 * k_mib);  // 10 KiB each
  idle.clear();
  EXPECT_TRUE(eventually([&] { return connections_of(cell) < 100; }));
  EXPECT_TRUE(client.goes_on()) << client.complaints();
}

TEST(Hostile, ALowLimitOfOpenFilesIsRaisedAsFarAsItMayBe) {
  const auto allowed = connections_allowed(2'000);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  auto usual = limit;
  usual.rlim_cur = std::min<rlim_t>(256, limit.rlim_max);
  Cell cell;
  setrlimit(RLIMIT_NOFILE, &usual);
  cell.start_serve();
  setrlimit(RLIMIT_NOFILE, &limit);
  WellBehaved client(cell);
  const auto idle = clients_of(cell.api_address(), std::min<std::size_t>(allowed, 600));
  ASSERT_TRUE(eventually([&] { return connections_of(cell) >= static_cast<double>(idle.size()); })) << connections_of(cell);
  EXPECT_TRUE(client.goes_on()) << client.complaints();
}

TEST(Hostile, ThoseWhoDribbleOrStallAreCutOff) {
  Cell cell(Environment{{"BIZCOMMS_READ_TIMEOUT", "2s"}});
  cell.start_serve();
  WellBehaved client(cell);
  const auto before = memory_of(cell.serve().pid());
  auto dribbling = clients_of(cell.api_address(), 300);
  auto stalling = clients_of(cell.api_address(), 300);
  const std::string head = keyed_request(cell.key(), "POST", "/v1/alerts", std::string(1'000'000, ' '));
  for (auto& each : stalling) { EXPECT_TRUE(each.send(head.substr(0, 50'000))); }
  const std::string endless = keyed_request(cell.key(), "GET", "/v1/alerts", {}, "X-Slow: " + std::string(30'000, 'a'));
  std::size_t sent = 0;
  EXPECT_TRUE(eventually(
      [&] {
        bool all_refused = true;
        for (auto& each : dribbling) { all_refused = !each.send(endless.substr(sent, 1)) && all_refused; }
        ++sent;
        return all_refused || sent == endless.size();
      },
      60s));
  EXPECT_LT(sent, endless.size()) << "a byte now and then must not keep a connection";
  for (auto& each : stalling) { EXPECT_EQ(each.answer().status, 408); }
  for (auto& each : dribbling) {
    const auto answer = each.answer();
    EXPECT_TRUE(answer.status == 408 || answer.status == 0) << answer.status;  // a reset may overtake the answer
  }
  EXPECT_TRUE(client.goes_on()) << client.complaints();
  expect_memory_bounded(cell.serve().pid(), before, 64 * k_mib);
}

TEST(Hostile, WhoPipelinesGetsAnswersInOrderAndWhoNeverReadsIsCutOff) {
  Cell cell;
  cell.start_serve();
  WellBehaved client(cell);
  const auto before = memory_of(cell.serve().pid());
  RawClient orderly(cell.api_address());
  std::string many;
  for (int n = 1; n <= 200; ++n) { many += keyed_request(cell.key(), "GET", "/v1/alerts?limit=" + std::to_string(n % 5 == 0 ? 201 : 1)); }
  ASSERT_TRUE(orderly.send(many));
  for (int n = 1; n <= 200; ++n) { ASSERT_EQ(orderly.answer().status, n % 5 == 0 ? 400 : 200) << n; }

  auto deaf = clients_of(cell.api_address(), 20);
  const std::string large = keyed_request(cell.key(), "GET", "/openapi.json");  // a few dozen answers are more than the kernel takes
  std::string flood;
  while (flood.size() < 4'000'000) { flood += large; }
  for (auto& each : deaf) {
    each.send_what_fits(flood);
    EXPECT_TRUE(client.goes_on(1)) << client.complaints();
  }
  EXPECT_TRUE(client.goes_on()) << client.complaints();
  expect_memory_bounded(cell.serve().pid(), before, 64 * k_mib);
  // Ten seconds after the last byte that they took, see ServerSettings::write_timeout.
  EXPECT_TRUE(eventually([&] { return connections_of(cell) < 10; }, 60s)) << connections_of(cell);
}

}  // namespace
}  // namespace bizcomms::test
