// The life of a message, by its REST resource and its callbacks.
#include <gtest/gtest.h>

#include <set>

#include "unit/simulator/world.hpp"

namespace bizcomms::simulator {
namespace {

const std::string k_hook = "http://hook.test/status?mid=7";

TEST(Messages, AreTakenAsTwilioShowsThem) {
  World world;
  const auto response = world.send();
  EXPECT_EQ(response.status, 201);
  const auto document = parsed(response);
  const auto root = document.root();
  EXPECT_EQ(root["status"].as_string(), "queued");
  EXPECT_EQ(root["direction"].as_string(), "outbound-api");
  EXPECT_EQ(root["to"].as_string(), k_to);
  EXPECT_EQ(root["from"].as_string(), k_from);
  EXPECT_EQ(root["body"].as_string(), "Hi there");
  EXPECT_EQ(root["num_segments"].as_string(), "1");
  EXPECT_EQ(root["date_created"].as_string(), "Thu, 01 Jan 2026 12:00:00 +0000");
  EXPECT_TRUE(root["date_sent"].is_null());
  EXPECT_TRUE(root["error_code"].is_null());
  EXPECT_TRUE(root["price"].is_null());
  EXPECT_EQ(root["sid"].as_string()->size(), 34U);
  EXPECT_TRUE(root["sid"].as_string()->starts_with("SM"));
  EXPECT_EQ(root["uri"].as_string(), "/2010-04-01/Accounts/" + k_account + "/Messages/" + *root["sid"].as_string() + ".json");
}

TEST(Messages, GoFromQueuedToDelivered) {
  World world;
  const auto sid = text_of(world.send(), "sid");
  std::vector<std::string> seen;
  for (int i = 0; i < 500; ++i) {
    const auto status = text_of(world.fetch(sid), "status");
    if (seen.empty() || seen.back() != status) { seen.push_back(status); }
    world.clock.advance(Millis{1});
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"queued", "sending", "sent", "delivered"}));
  EXPECT_EQ(text_of(world.fetch(sid), "price"), "-0.00790");
  EXPECT_FALSE(text_of(world.fetch(sid), "date_sent").empty());
}

TEST(Messages, TellSentAndDeliveredSigned) {
  World world;
  const auto sid = text_of(world.send(k_to, "Hi", {{"StatusCallback", k_hook + "#rc=5&rp=all"}}), "sid");
  world.pass(Millis{1'000});
  EXPECT_EQ(world.client.all("MessageStatus"), (std::vector<std::string>{"sent", "delivered"}));
  EXPECT_EQ(world.client.all("MessageSid"), (std::vector<std::string>{sid, sid}));
  EXPECT_EQ(world.client.requests[0].url, k_hook);
  EXPECT_EQ(world.client.requests[0].headers.find("X-Twilio-Signature"), signature(Secret(k_token), k_hook, world.client.forms[0]));
  EXPECT_NE(world.client.requests[0].headers.find("I-Twilio-Idempotency-Token"),
            world.client.requests[1].headers.find("I-Twilio-Idempotency-Token"));
  EXPECT_FALSE(http::find(world.client.forms[0], "ErrorCode"));
  EXPECT_EQ(http::find(world.client.forms[1], "RawDlrDoneDate"), "2601011200");
}

TEST(Messages, EndAsTheRecipientsFaultSays) {
  Settings settings;
  settings.behaviour.recipients = {{.to = "+15550000003", .error_code = 30003}, {.to = "+15550000007", .error_code = 30007}};
  World world(settings);
  const auto lost = text_of(world.send("+15550000003", "Hi", {{"StatusCallback", k_hook}}), "sid");
  const auto filtered = text_of(world.send("+15550000007"), "sid");
  world.pass(Millis{1'000});
  EXPECT_EQ(text_of(world.fetch(lost), "status"), "undelivered");
  EXPECT_EQ(parsed(world.fetch(lost)).root()["error_code"].as_int(), 30003);
  EXPECT_EQ(text_of(world.fetch(filtered), "status"), "failed");
  EXPECT_TRUE(text_of(world.fetch(filtered), "date_sent").empty());
  EXPECT_EQ(world.client.all("MessageStatus"), (std::vector<std::string>{"sent", "undelivered"}));
  EXPECT_EQ(http::find(world.client.forms[1], "ErrorCode"), "30003");
}

TEST(Messages, OfAServiceAreAcceptedBeforeASenderIsChosen) {
  Settings settings;
  const std::string service = "MG" + std::string(32, 'a');
  settings.messaging_services = {{service, {"+15550000001", "+15550000002"}}};
  World world(settings);
  const auto taken =
      world.send(http::Parameters{{"To", k_to}, {"MessagingServiceSid", service}, {"Body", "x"}, {"StatusCallback", k_hook}});
  EXPECT_EQ(text_of(taken, "status"), "accepted");
  EXPECT_TRUE(parsed(taken).root()["from"].is_null());
  EXPECT_EQ(text_of(taken, "num_segments"), "0");
  world.pass(Millis{1'000});
  const auto first = text_of(world.fetch(text_of(taken, "sid")), "from");
  EXPECT_TRUE(settings.messaging_services[service][0] == first || settings.messaging_services[service][1] == first);
  EXPECT_EQ(world.client.all("MessageStatus"), (std::vector<std::string>{"queued", "sent", "delivered"}));
  const auto again = text_of(world.send(http::Parameters{{"To", k_to}, {"MessagingServiceSid", service}, {"Body", "y"}}), "sid");
  world.pass(Millis{100});
  EXPECT_EQ(text_of(world.fetch(again), "from"), first);
}

TEST(Messages, WaitForTheirSender) {
  Settings settings;
  settings.behaviour.segments_per_second = 1;
  World world(settings);
  (void)world.send();
  (void)world.send();
  const auto third = text_of(world.send(), "sid");
  world.pass(Millis{1'500});
  EXPECT_EQ(text_of(world.fetch(third), "status"), "queued");
  world.pass(Millis{2'000});
  EXPECT_EQ(text_of(world.fetch(third), "status"), "delivered");
}

TEST(Messages, AreRefusedWhenTheirSendersQueueIsTenHoursLong) {
  Settings settings;
  settings.behaviour.segments_per_second = 1;
  World world(settings);
  int taken = 0;
  for (int i = 0; i < 4'000; ++i) { taken += world.send(k_to, std::string(1600, 'a')).status == 201 ? 1 : 0; }
  EXPECT_NEAR(taken, 36'000.0 / 11, 2);
  EXPECT_EQ(code_of(world.send()), 21611);
}

TEST(Messages, CarryTheTrialPrefix) {
  Settings settings;
  settings.behaviour.trial = true;
  World world(settings);
  EXPECT_EQ(text_of(world.send(), "body"), "Sent from your Twilio trial account - Hi there");
}

TEST(Messages, ScheduledOnesCanBeCancelled) {
  World world;
  const http::Parameters form{{"To", k_to},
                              {"MessagingServiceSid", "MG" + std::string(32, 'a')},
                              {"Body", "x"},
                              {"ScheduleType", "fixed"},
                              {"SendAt", "2026-01-01T13:00:00Z"},
                              {"StatusCallback", k_hook}};
  const auto taken = world.send(form);
  EXPECT_EQ(text_of(taken, "status"), "scheduled");
  const auto sid = text_of(taken, "sid");
  const auto canceled = world.twilio.one(World::request("POST", "Messages/" + sid + ".json", {{"Status", "canceled"}}), false);
  EXPECT_EQ(text_of(canceled, "status"), "canceled");
  world.pass(Millis{1'000});
  EXPECT_EQ(text_of(world.fetch(sid), "status"), "canceled");
}

TEST(Messages, CanBeRedactedAndDeleted) {
  World world;
  const auto sid = text_of(world.send(), "sid");
  EXPECT_EQ(text_of(world.twilio.one(World::request("POST", "Messages/" + sid + ".json", {{"Body", ""}}), false), "body"), "");
  EXPECT_EQ(world.twilio.one(World::request("DELETE", "Messages/" + sid + ".json"), false).status, 204);
  EXPECT_EQ(world.fetch(sid).status, 404);
}

TEST(Messages, OldestLeaveWhenThereAreTooMany) {
  Settings settings;
  settings.messages_max = 3;
  World world(settings);
  const auto first = text_of(world.send(k_to, "0"), "sid");
  for (int i = 1; i < 5; ++i) { (void)world.send(k_to, std::to_string(i)); }
  (void)world.send("+15550000001");
  EXPECT_EQ(world.fetch(first).status, 404);
  world.pass(Millis{1'000});
  EXPECT_EQ(parsed(world.list({})).root()["messages"].elements().size(), 3U);
  EXPECT_EQ(parsed(world.list({{"To", k_to}})).root()["messages"].elements().size(), 2U);
}

TEST(Callbacks, AreLostDoubledAndHeldAsOrdered) {
  Settings settings;
  settings.behaviour.callback_loss = 0.2;
  settings.behaviour.callback_duplication = 0.3;
  settings.behaviour.callback_reordering = 0.5;
  World world(settings);
  for (int i = 0; i < 300; ++i) { (void)world.send("+1555000" + std::to_string(1000 + i), "x", {{"StatusCallback", k_hook}}); }
  world.pass(Millis{6'000});
  std::set<std::string> tokens;
  for (const auto& request : world.client.requests) { tokens.emplace(*request.headers.find("I-Twilio-Idempotency-Token")); }
  EXPECT_NEAR(static_cast<double>(tokens.size()), 480, 40);                       // events that arrived
  EXPECT_NEAR(static_cast<double>(world.client.requests.size()), 480 * 1.3, 60);  // duplicates carry the same token
  int overtaken = 0;
  std::set<std::string> delivered;
  for (const auto& form : world.client.forms) {
    const std::string sid(*http::find(form, "MessageSid"));
    if (http::find(form, "MessageStatus") == "delivered") { delivered.insert(sid); }
    overtaken += http::find(form, "MessageStatus") == "sent" && delivered.contains(sid) ? 1 : 0;
  }
  EXPECT_GT(overtaken, 20);
}

TEST(Callbacks, AreTheSameWithTheSameSeedInAnyOrder) {
  const auto run = [](bool backwards) {
    Settings settings;
    settings.seed = 42;
    settings.behaviour.callback_loss = 0.5;
    settings.behaviour.reset_after = 0.3;
    World world(settings);
    for (int i = 0; i < 50; ++i) {
      (void)world.send("+155500010" + std::to_string(10 + (backwards ? 49 - i : i)), "x", {{"StatusCallback", k_hook}});
    }
    world.pass(Millis{2'000});
    std::multiset<std::string> told;
    for (const auto& form : world.client.forms) {
      told.insert(std::string(*http::find(form, "MessageSid")) + std::string(*http::find(form, "MessageStatus")));
    }
    return told;
  };
  EXPECT_EQ(run(false), run(true));
}

}  // namespace
}  // namespace bizcomms::simulator
