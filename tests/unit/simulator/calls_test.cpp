// The life of a call: progress, what is heard, keys, changes by REST.
#include <gtest/gtest.h>

#include <algorithm>

#include "unit/simulator/world.hpp"

namespace bizcomms::simulator {
namespace {

const std::string k_call_hook = "http://hook.test/call?mid=7";
const std::string k_say = "<Response><Say>Fire in building two.</Say></Response>";
const std::string k_ask =
    "<Response><Gather numDigits=\"1\" timeout=\"10\" action=\"http://hook.test/key?mid=7\"><Say>Fire. Press "
    "1.</Say></Gather><Say>Goodbye.</Say></Response>";
const http::Parameters k_all_events{{"StatusCallbackEvent", "initiated"},
                                    {"StatusCallbackEvent", "ringing"},
                                    {"StatusCallbackEvent", "answered"},
                                    {"StatusCallbackEvent", "completed"}};

http::Parameters order(const std::string& twiml) {
  http::Parameters form = k_all_events;
  form.insert(form.end(), {{"Twiml", twiml}, {"StatusCallback", k_call_hook}});
  return form;
}

std::string heard(World& world) {
  const auto document = parsed({.body = std::get<Json>(world.exchange.phone(k_to, 10))});
  return document.root()["items"].elements().at(0)["heard"].as_string().value_or("");
}

TEST(Calls, AreTakenAsTwilioShowsThem) {
  World world;
  const auto response = world.call(order(k_say));
  EXPECT_EQ(response.status, 201);
  EXPECT_TRUE(text_of(response, "sid").starts_with("CA"));
  EXPECT_EQ(text_of(response, "status"), "queued");
  EXPECT_TRUE(parsed(response).root()["start_time"].is_null());
  EXPECT_TRUE(parsed(response).root()["duration"].is_null());
}

TEST(Calls, ProgressAndTellInSequence) {
  World world;
  const auto sid = text_of(world.call(order(k_say)), "sid");
  world.pass(Millis{10'000});
  EXPECT_EQ(world.client.all("CallStatus"), (std::vector<std::string>{"initiated", "ringing", "in-progress", "completed"}));
  EXPECT_EQ(world.client.all("SequenceNumber"), (std::vector<std::string>{"0", "1", "2", "3"}));
  EXPECT_EQ(http::find(world.client.forms[3], "CallDuration"), "2");
  EXPECT_EQ(http::find(world.client.forms[3], "Duration"), "1");
  EXPECT_EQ(world.client.requests[3].headers.find("X-Twilio-Signature"), signature(Secret(k_token), k_call_hook, world.client.forms[3]));
  const auto call = world.fetch(sid);
  EXPECT_EQ(text_of(call, "status"), "completed");
  EXPECT_EQ(text_of(call, "duration"), "2");
  EXPECT_FALSE(text_of(call, "start_time").empty());
  EXPECT_EQ(heard(world), "Fire in building two.");
}

TEST(Calls, TellOnlyTheEventsAskedFor) {
  World world;
  (void)world.call({{"Twiml", k_say}, {"StatusCallback", k_call_hook}});
  world.pass(Millis{10'000});
  EXPECT_EQ(world.client.all("CallStatus"), std::vector<std::string>{"completed"});
}

TEST(Calls, MayBeBusyUnansweredOrImpossible) {
  Settings settings;
  settings.behaviour.recipients = {
      {.to = "+15550000001", .call = "busy"}, {.to = "+15550000002", .call = "no-answer"}, {.to = "+15550000003", .call = "failed"}};
  World world(settings);
  std::vector<std::string> ends;
  for (const char* to : {"+15550000001", "+15550000002", "+15550000003"}) {
    const auto sid = text_of(world.call(order(k_say), to), "sid");
    world.pass(Millis{5'000});
    ends.push_back(text_of(world.fetch(sid), "status"));
  }
  EXPECT_EQ(ends, (std::vector<std::string>{"busy", "no-answer", "failed"}));
}

TEST(Calls, KeysGoToTheGathersAction) {
  World world;
  world.client.answer = [](const http::ClientRequest& request) {
    const bool key = request.url.find("/key") != std::string::npos;
    return http::ClientResponse{.status = 200, .body = key ? "<Response><Say>Thank you.</Say></Response>" : ""};
  };
  (void)world.call(order(k_ask));
  EXPECT_EQ(world.exchange.press(k_to, "1")->status, 409);  // it still rings
  world.pass(Millis{3'000});
  EXPECT_FALSE(world.exchange.press(k_to, "1"));
  world.pass(Millis{5'000});
  std::size_t key = 0;
  while (world.client.requests.at(key).url.find("/key") == std::string::npos) { ++key; }
  EXPECT_EQ(http::find(world.client.forms[key], "Digits"), "1");
  EXPECT_EQ(world.client.requests[key].headers.find("X-Twilio-Signature"),
            signature(Secret(k_token), "http://hook.test/key?mid=7", world.client.forms[key]));
  EXPECT_EQ(world.client.all("CallStatus").back(), "completed");
  EXPECT_EQ(std::count(world.client.forms.begin(), world.client.forms.end(), world.client.forms.back()),
            1);  // told once, though its end moved
  EXPECT_EQ(heard(world), "Fire. Press 1. Thank you.");
  EXPECT_EQ(world.exchange.press(k_to, "1")->status, 409);  // it is over
}

TEST(Calls, WithoutAKeyFallThrough) {
  World world;
  (void)world.call(order(k_ask));
  world.pass(Millis{18'000});
  EXPECT_EQ(heard(world), "Fire. Press 1. Goodbye.");
  EXPECT_EQ(world.client.all("CallStatus").back(), "completed");
}

TEST(Calls, FetchTheirDocumentWhenAnswered) {
  World world;
  world.client.answer = [](const http::ClientRequest&) { return http::ClientResponse{.status = 200, .body = k_say}; };
  (void)world.call({{"Url", "http://hook.test/doc"}});
  world.pass(Millis{6'000});
  EXPECT_EQ(heard(world), "Fire in building two.");
}

TEST(Calls, SayThatADocumentIsBroken) {
  World world;
  (void)world.call({{"Twiml", "<Response><Say>"}});
  world.pass(Millis{6'000});
  EXPECT_EQ(heard(world), "An application error has occurred. Goodbye.");
}

TEST(Calls, CanBeCancelledAndEndedByRest) {
  World world;
  const auto change = [&](const std::string& sid, const std::string& status) {
    return world.twilio.one(World::request("POST", "Calls/" + sid + ".json", {{"Status", status}}), true);
  };
  const auto early = text_of(world.call(order(k_ask)), "sid");
  EXPECT_EQ(text_of(change(early, "canceled"), "status"), "canceled");
  const auto late = text_of(world.call(order(k_ask), "+15550000001"), "sid");
  world.pass(Millis{3'000});
  EXPECT_EQ(code_of(change(late, "canceled")), 21220);
  EXPECT_EQ(text_of(change(late, "completed"), "status"), "completed");
  world.pass(Millis{20'000});
  const auto statuses = world.client.all("CallStatus");
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), "completed"), 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), "canceled"), 1);
}

TEST(Calls, WaitForTheAccountsRate) {
  Settings settings;
  settings.behaviour.calls_per_second = 1;
  World world(settings);
  (void)world.call(order(k_say));
  const auto second = text_of(world.call(order(k_say), "+15550000001"), "sid");
  world.pass(Millis{900});
  EXPECT_EQ(text_of(world.fetch(second), "status"), "queued");
  world.pass(Millis{10'000});
  EXPECT_EQ(text_of(world.fetch(second), "status"), "completed");
}

}  // namespace
}  // namespace bizcomms::simulator
