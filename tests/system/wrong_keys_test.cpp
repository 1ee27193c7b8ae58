// Those who guess API keys: they are slowed down, the server's memory stays bounded, and whoever has a key is served, from wherever he
// asks.
#include <gtest/gtest.h>

#include <map>

#include "system/well_behaved.hpp"

namespace bizcomms::test {
namespace {

using http::RawClient;

constexpr int k_guesses = 100'000;
constexpr int k_at_once = 200;

std::string from(int address) {
  return "X-Forwarded-For: 10." + std::to_string(address >> 16) + "." + std::to_string(address >> 8 & 255) + "." +
         std::to_string(address & 255) + "\r\n";
}

// How often each status was answered. `fields` are those of the guess with that number; `midway` is called half-way through.
template <class Fields, class Midway>
std::map<int, int> guess(Cell& cell, const Fields& fields, const Midway& midway) {
  std::map<int, int> statuses;
  RawClient guesser(cell.api_address());
  for (int first = 0; first < k_guesses; first += k_at_once) {
    if (first == k_guesses / 2) { midway(); }
    std::string many;
    for (int n = first; n < first + k_at_once; ++n) {
      many += keyed_request("bzk_wrong_" + std::to_string(n), "GET", "/v1/alerts", {}, fields(n));
    }
    EXPECT_TRUE(guesser.send(many));
    for (int n = 0; n < k_at_once; ++n) { ++statuses[guesser.answer().status]; }
  }
  return statuses;
}

std::string no_fields(int /*number*/) { return {}; }

int asked_with(Cell& cell, const std::string& key, const std::string& fields = {}) {
  return RawClient(cell.api_address()).ask(keyed_request(key, "GET", "/v1/alerts", {}, fields)).status;
}

std::string created_key(Cell& cell, const std::string& name) {
  const auto made = cell.command({"keys", "create", name});
  const auto at = made.output.find("bzk_");
  EXPECT_NE(at, std::string::npos) << made.output;
  return made.output.substr(at, made.output.find_first_of(" \n", at) - at);
}

TEST(WrongKeys, OfOneAddressAreSlowedDownAndLockNobodyOut) {
  Cell cell;
  cell.start_serve();
  const auto before = memory_of(cell.serve().pid());
  WellBehaved client(cell);
  const auto statuses = guess(cell, no_fields, [&] {
    const auto key = created_key(cell, "late");
    EXPECT_TRUE(eventually([&] { return asked_with(cell, key) == 200; })) << "a key that this address had not used before";
  });
  EXPECT_TRUE(client.goes_on()) << client.complaints();
  EXPECT_EQ(statuses.size(), 2U);
  EXPECT_GT(statuses.at(429), k_guesses * 9 / 10) << "20 a minute of one address are looked at";
  EXPECT_EQ(statuses.at(401) + statuses.at(429), k_guesses);
  expect_memory_bounded(cell.serve().pid(), before, 32 * k_mib);
}

TEST(WrongKeys, OfAHundredThousandAddressesTakeNoMoreMemoryAndLockNobodyOut) {
  Cell cell(Environment{{"BIZCOMMS_TRUSTED_PROXIES", "127.0.0.1"}});
  cell.start_serve();
  const auto before = memory_of(cell.serve().pid());
  WellBehaved client(cell, "X-Forwarded-For: 192.0.2.1\r\n");
  auto statuses = guess(cell, from, [&] {
    EXPECT_EQ(asked_with(cell, cell.key(), "X-Forwarded-For: 192.0.2.2\r\n"), 200) << "an address that has not asked before";
  });
  EXPECT_TRUE(client.goes_on()) << client.complaints();
  EXPECT_EQ(asked_with(cell, cell.key(), "X-Forwarded-For: 192.0.2.3\r\n"), 200);
  EXPECT_EQ(statuses[401] + statuses[429], k_guesses) << "how many of each depends on how fast they came";
  expect_memory_bounded(cell.serve().pid(), before, 32 * k_mib);
}

TEST(WrongKeys, GoOnWithoutLockingOutWhoAsksAfterARestart) {
  Cell cell;
  cell.start_serve();
  const auto guess_twenty_more = [&] {
    for (int n = 0; n < 25; ++n) { asked_with(cell, "bzk_wrong_" + std::to_string(n)); }
  };
  guess_twenty_more();
  EXPECT_EQ(asked_with(cell, "bzk_wrong_at_last"), 429);
  cell.start_serve();
  guess_twenty_more();
  EXPECT_EQ(asked_with(cell, cell.key()), 200);
}

}  // namespace
}  // namespace bizcomms::test
