// STOP, START and what else people write.
#include <gtest/gtest.h>

#include "unit/simulator/world.hpp"

namespace bizcomms::simulator {
namespace {

const std::string k_inbound = "http://hook.test/inbound";

Settings with_webhook() {
  Settings settings;
  settings.inbound_url = k_inbound;
  return settings;
}

TEST(Replies, StopBlocksThePairUntilStart) {
  World world(with_webhook());
  (void)world.send();
  world.pass(Millis{1'000});
  EXPECT_FALSE(world.exchange.reply(k_to, " stop ", ""));
  EXPECT_EQ(code_of(world.send()), 21610);
  EXPECT_EQ(world.send(http::Parameters{{"To", k_to}, {"From", "+15550000099"}, {"Body", "x"}}).status, 201);  // another sender
  EXPECT_FALSE(world.exchange.reply(k_to, "START", k_from));
  EXPECT_EQ(world.send().status, 201);
}

TEST(Replies, OnlyTheWholeMessageIsAKeyword) {
  World world;
  (void)world.send();
  EXPECT_FALSE(world.exchange.reply(k_to, "please stop", ""));
  EXPECT_EQ(world.send().status, 201);
}

TEST(Replies, ReachTheInboundWebhookSigned) {
  World world(with_webhook());
  (void)world.send();
  EXPECT_FALSE(world.exchange.reply(k_to, "Stop", ""));
  world.pass(Millis{100});
  ASSERT_EQ(world.client.requests.size(), 1U);
  const auto& form = world.client.forms[0];
  EXPECT_EQ(http::find(form, "Body"), "Stop");
  EXPECT_EQ(http::find(form, "From"), k_to);
  EXPECT_EQ(http::find(form, "To"), k_from);
  EXPECT_EQ(http::find(form, "NumMedia"), "0");
  EXPECT_FALSE(http::find(form, "OptOutType"));
  EXPECT_EQ(world.client.requests[0].headers.find("X-Twilio-Signature"), signature(Secret(k_token), k_inbound, form));
}

TEST(Replies, OfAServiceBlockTheServiceAfterTheAnswer) {
  auto settings = with_webhook();
  const std::string service = "MG" + std::string(32, 'a');
  settings.behaviour.advanced_opt_out = true;
  World world(settings);
  const http::Parameters order{{"To", k_to}, {"MessagingServiceSid", service}, {"Body", "x"}};
  (void)world.send(order);
  world.pass(Millis{1'000});
  EXPECT_FALSE(world.exchange.reply(k_to, "STOP", ""));
  world.pass(Millis{100});
  EXPECT_EQ(http::find(world.client.forms[0], "OptOutType"), "STOP");
  const auto taken = world.send(order);
  EXPECT_EQ(taken.status, 201);
  world.pass(Millis{1'000});
  const auto message = world.fetch(text_of(taken, "sid"));
  EXPECT_EQ(text_of(message, "status"), "failed");
  EXPECT_EQ(parsed(message).root()["error_code"].as_int(), 21610);
}

TEST(Replies, AreAnsweredByTheWebhooksMessages) {
  World world(with_webhook());
  world.client.answer = [](const auto&) {
    return http::ClientResponse{.status = 200, .body = "<Response><Message>We heard you.</Message></Response>"};
  };
  (void)world.send();
  EXPECT_FALSE(world.exchange.reply(k_to, "Hello?", ""));
  world.pass(Millis{1'000});
  EXPECT_NE(std::get<Json>(world.exchange.phone(k_to, 10)).find("We heard you."), std::string::npos);
}

TEST(Replies, AreListedAsInbound) {
  World world;
  (void)world.send();
  EXPECT_FALSE(world.exchange.reply(k_to, "Thanks", ""));
  const auto document = parsed(world.list({{"To", k_from}}));
  const auto found = document.root()["messages"].elements();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["direction"].as_string(), "inbound");
  EXPECT_EQ(found[0]["status"].as_string(), "received");
  EXPECT_EQ(found[0]["from"].as_string(), k_to);
}

TEST(Replies, NeedSomebodyToReplyTo) {
  World world;
  EXPECT_EQ(world.exchange.reply(k_to, "Hello", "")->status, 409);
  EXPECT_FALSE(world.exchange.reply(k_to, "Hello", k_from));
  EXPECT_EQ(world.exchange.reply("15551234567", "Hello", "")->status, 400);
  EXPECT_EQ(world.exchange.reply(k_to, std::string(1601, 'a'), k_from)->status, 400);
}

}  // namespace
}  // namespace bizcomms::simulator
