// What callers meet: authentication, faults, test credentials.
#include <gtest/gtest.h>

#include <map>

#include "unit/simulator/world.hpp"

namespace bizcomms::simulator {
namespace {

std::size_t listed(World& world, const std::string& to) {
  world.clock.advance(Millis{1'000});
  return parsed(world.list({{"To", to}})).root()["messages"].elements().size();
}

World world_with(double Behaviour::*fault) {
  Settings settings;
  settings.behaviour.*fault = 1;
  return World(settings);
}

TEST(Authentication, RefusesAWrongTokenAsTwilioDoes) {
  World world;
  auto request = World::request("POST", "Messages.json", {{"To", k_to}});
  request.headers.set("Authorization", "Basic QUM6eA==");
  const auto response = world.twilio.create_message(request);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(code_of(response), 20003);
  EXPECT_EQ(text_of(response, "more_info"), "https://www.twilio.com/docs/errors/20003");
  EXPECT_FALSE(text_of(response, "detail").empty());
  request.headers = {};
  EXPECT_EQ(world.twilio.create_message(request).status, 401);
}

TEST(Authentication, TakesAnApiKeyForTheAccountsPath) {
  Settings settings;
  settings.api_keys = {{"SK1", Secret("s")}};
  World world(settings);
  auto request = World::request("GET", "Messages.json");
  request.headers.set("Authorization", "Basic U0sxOnM=");
  EXPECT_EQ(world.twilio.list(request, false).status, 200);
}

TEST(Authentication, KnowsNoOtherAccount) {
  World world;
  auto request = World::request("GET", "Messages.json");
  request.captures = {"AC" + std::string(32, 'f')};
  EXPECT_EQ(code_of(world.twilio.list(request, false)), 20404);
}

TEST(Faults, BeforeAcceptanceTakeNothing) {
  for (const auto& [fault, code] : {std::pair{&Behaviour::throttle, 20429}, std::pair{&Behaviour::error_before, 20503}}) {
    World world = world_with(fault);
    EXPECT_EQ(code_of(world.send()), code);
    EXPECT_EQ(listed(world, k_to), 0U);
  }
  World hung = world_with(&Behaviour::hang_before);
  EXPECT_EQ(hung.send().ending, http::Ending::hang);
  EXPECT_EQ(listed(hung, k_to), 0U);
  World reset = world_with(&Behaviour::reset_before);
  EXPECT_EQ(reset.send().ending, http::Ending::reset);
  EXPECT_EQ(listed(reset, k_to), 0U);
}

TEST(Faults, AfterAcceptanceTakeTheMessage) {
  World error = world_with(&Behaviour::error_after);
  EXPECT_EQ(error.send().status, 500);
  EXPECT_EQ(listed(error, k_to), 1U);
  World hung = world_with(&Behaviour::hang_after);
  EXPECT_EQ(hung.send().ending, http::Ending::hang);
  EXPECT_EQ(listed(hung, k_to), 1U);
  World reset = world_with(&Behaviour::reset_after);
  EXPECT_EQ(reset.send().ending, http::Ending::reset);
  EXPECT_EQ(listed(reset, k_to), 1U);
  World garbled = world_with(&Behaviour::garbled_after);
  const auto response = garbled.send();
  EXPECT_EQ(response.status, 201);
  EXPECT_FALSE(json::Document::parse(response.body));
  EXPECT_EQ(listed(garbled, k_to), 1U);
}

TEST(Faults, AfterAcceptanceDoNotHideARefusal) {
  World world = world_with(&Behaviour::reset_after);
  EXPECT_EQ(code_of(world.send(k_to, std::string(1601, 'a'))), 21617);
}

TEST(Faults, ComeAtTheirRates) {
  Settings settings;
  settings.behaviour.throttle = 0.1;
  settings.behaviour.error_after = 0.2;
  World world(settings);
  std::map<int, int> statuses;
  for (int i = 0; i < 5'000; ++i) { ++statuses[world.send("+1555000" + std::to_string(1000 + i)).status]; }
  EXPECT_NEAR(statuses[429], 500, 80);
  EXPECT_NEAR(statuses[500], 1'000, 100);
  EXPECT_NEAR(statuses[201], 3'500, 150);
}

TEST(Faults, OfOneRecipientCanBeCounted) {
  Settings settings;
  settings.behaviour.recipients = {{.to = k_to, .fault = Fault::reset_after, .times = 2}, {.to = "+15550000004", .refuse = 21614}};
  World world(settings);
  EXPECT_EQ(world.send().ending, http::Ending::reset);
  EXPECT_EQ(world.send("+15550000009").status, 201);
  EXPECT_EQ(world.send().ending, http::Ending::reset);
  EXPECT_EQ(world.send().status, 201);
  EXPECT_EQ(code_of(world.send("+15550000004")), 21614);
  EXPECT_EQ(listed(world, k_to), 3U);
}

TEST(Faults, SlowAnswersAreDelayedByTheServer) {
  Settings settings;
  settings.behaviour.latency = {Millis{100}, Millis{200}};
  World world(settings);
  const auto delay = world.send().delay;
  EXPECT_GE(delay, Millis{100});
  EXPECT_LE(delay, Millis{200});
}

TEST(Faults, ConcurrencyIsLimited) {
  Settings settings;
  settings.behaviour.concurrency_max = 2;
  settings.behaviour.latency = {Millis{100}, Millis{100}};
  World world(settings);
  EXPECT_EQ(world.send().status, 201);
  EXPECT_EQ(world.send().status, 201);
  EXPECT_EQ(world.send().status, 429);
  world.clock.advance(Millis{100});
  EXPECT_EQ(world.send().status, 201);
}

TEST(Faults, OfListsAreTheirOwn) {
  World world = world_with(&Behaviour::read_throttle);
  EXPECT_EQ(world.send().status, 201);
  EXPECT_EQ(code_of(world.list({})), 20429);
}

TEST(TestCredentials, TakeButKeepNothing) {
  Settings settings;
  settings.behaviour.test_credentials = true;
  World world(settings);
  const auto taken = world.send(k_to, "Hi", {{"StatusCallback", "http://hook.test/"}});
  EXPECT_EQ(taken.status, 201);
  EXPECT_EQ(code_of(world.send("+15005550004")), 21610);
  world.pass(Millis{1'000});
  EXPECT_TRUE(world.client.requests.empty());
  EXPECT_EQ(world.list({}).status, 403);
  EXPECT_EQ(world.fetch(text_of(taken, "sid")).status, 403);
}

TEST(OneResource, NeedsItsSuffix) {
  World world;
  const auto sid = text_of(world.send(), "sid");
  EXPECT_EQ(world.twilio.one(World::request("GET", "Messages/" + sid), false).status, 404);
  EXPECT_EQ(world.fetch("SM" + std::string(32, '0')).status, 404);
}

}  // namespace
}  // namespace bizcomms::simulator
