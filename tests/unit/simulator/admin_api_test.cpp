#include "simulator/admin_api.hpp"

#include <gtest/gtest.h>

#include "simulator/page.hpp"
#include "simulator/stories.hpp"
#include "unit/simulator/world.hpp"

namespace bizcomms::simulator {
namespace {

http::Request on_phone(const std::string& body = "") {
  http::Request request;
  request.captures = {k_to};
  request.body = body;
  return request;
}

TEST(AdminApi, ShowsThePhones) {
  World world;
  (void)world.send("+15550000001", "first");
  (void)world.send(k_to, "second");
  (void)world.call({{"Twiml", "<Response/>"}});
  const auto document = parsed(world.admin.phones({}));
  const auto phones = document.root()["phones"].elements();
  ASSERT_EQ(phones.size(), 2U);
  EXPECT_EQ(phones[0]["number"].as_string(), k_to);
  EXPECT_EQ(phones[0]["messages"].as_int(), 1);
  EXPECT_EQ(phones[0]["calls"].as_int(), 1);
  EXPECT_EQ(phones[1]["last"].as_string(), "first");
  http::Request search;
  search.query = {{"search", "0001"}, {"limit", "5"}};
  EXPECT_EQ(parsed(world.admin.phones(search)).root()["phones"].elements().size(), 1U);
  search.query = {{"limit", "0"}};
  EXPECT_EQ(world.admin.phones(search).status, 400);
}

TEST(AdminApi, ShowsAConversationInOrder) {
  World world;
  (void)world.send(k_to, "Hi");
  world.pass(Millis{1'000});
  EXPECT_EQ(world.admin.reply(on_phone(R"({"body":"STOP"})")).status, 204);
  world.pass(Millis{1'000});
  const auto document = parsed(world.admin.phone(on_phone()));
  const auto items = document.root()["items"].elements();
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0]["body"].as_string(), "Hi");
  EXPECT_EQ(items[1]["direction"].as_string(), "inbound");
  EXPECT_EQ(items[2]["automatic"].as_bool(), true);
  EXPECT_EQ(document.root()["stopped"].elements().size(), 1U);
}

TEST(AdminApi, NamesWhatIsWrongWithARequest) {
  World world;
  EXPECT_EQ(world.admin.reply(on_phone("{}")).status, 400);
  EXPECT_EQ(world.admin.reply(on_phone("[")).status, 400);
  EXPECT_EQ(world.admin.press(on_phone(R"({"digits":"x"})")).status, 400);
  EXPECT_EQ(world.admin.press(on_phone(R"({"digits":"1"})")).status, 409);
  EXPECT_EQ(world.admin.phone(on_phone()).status, 404);
}

TEST(AdminApi, RecordsExactlyWhatEveryPhoneReceived) {
  Settings settings;
  settings.behaviour.recipients = {{.to = "+15550000003", .error_code = 30003}};
  World world(settings);
  for (int i = 0; i < 5; ++i) { (void)world.send("+1555000000" + std::to_string(i), "x"); }
  (void)world.call({{"Twiml", "<Response><Say>Hear this</Say></Response>"}});
  EXPECT_TRUE(parsed(world.admin.record({})).root()["items"].elements().empty());  // nothing has arrived yet
  world.pass(Millis{5'000});
  http::Request request;
  request.query = {{"limit", "2"}};
  std::vector<std::string> got;
  for (int pages = 0; pages < 10; ++pages) {
    const auto document = parsed(world.admin.record(request));
    for (const auto& item : document.root()["items"].elements()) {
      got.push_back(*item["to"].as_string() + " " + item["body"].as_string().value_or(item["heard"].as_string().value_or("")));
    }
    const auto cursor = document.root()["next_cursor"].as_string();
    if (!cursor) { break; }
    request.query = {{"limit", "2"}, {"cursor", *cursor}};
  }
  EXPECT_EQ(got, (std::vector<std::string>{"+15550000000 x", "+15550000001 x", "+15550000002 x", "+15550000004 x", k_to + " Hear this"}));
  request.query = {{"all", "true"}};
  EXPECT_EQ(parsed(world.admin.record(request)).root()["items"].elements().size(), 6U);
}

TEST(AdminApi, CountsDuplicatesPerPhoneAndText) {
  World world;
  (void)world.send(k_to, "a");
  (void)world.send(k_to, "a");
  (void)world.send(k_to, "b");
  (void)world.send("+15550000001", "a");
  const auto document = parsed({.body = world.exchange.statistics()});
  EXPECT_EQ(document.root()["duplicates"].as_int(), 1);
  EXPECT_EQ(document.root()["requests"]["create_message"].as_int(), 4);
  EXPECT_EQ(document.root()["messages_under_way"].as_int(), 4);
}

TEST(AdminApi, ChangesFaultsWhileItRuns) {
  World world;
  http::Request request;
  request.body =
      R"({"throttle":1,"callback_delay_min_ms":5,"callback_delay_max_ms":9,"recipients":[{"to":"+15550000001","fault":"hang_after","times":2}]})";
  EXPECT_EQ(world.admin.set_faults(request).status, 200);
  EXPECT_EQ(world.send().status, 429);
  const auto behaviour = world.exchange.behaviour();
  EXPECT_EQ(behaviour.callback_delay.max, Millis{9});
  EXPECT_EQ(behaviour.recipients.at(0).fault, Fault::hang_after);
  request.body = "{}";
  EXPECT_EQ(world.admin.set_faults(request).status, 200);
  EXPECT_EQ(world.send().status, 201);  // as at the start
}

TEST(AdminApi, ChangesTheTokenWhileItRuns) {
  World world;
  http::Request request;
  request.body = R"({"auth_token":"ffffffffffffffffffffffffffffffff"})";
  EXPECT_EQ(world.admin.change_token(request).status, 204);
  EXPECT_EQ(world.send().status, 401) << "it is sent with the one before";
  request.body = R"({"auth_token":")" + k_token + R"("})";
  EXPECT_EQ(world.admin.change_token(request).status, 204);
  EXPECT_EQ(world.send().status, 201);
  request.body = R"({"auth_token":""})";
  EXPECT_EQ(world.admin.change_token(request).status, 400);
}

TEST(AdminApi, NamesEveryWrongFault) {
  World world;
  http::Request request;
  request.body =
      R"({"throttle":2,"slow":"x","latency_min_ms":9,"latency_max_ms":1,"bogus":1,"recipients":[{"to":"1","fault":"boom","call":"x"}]})";
  const auto response = world.admin.set_faults(request);
  EXPECT_EQ(response.status, 400);
  std::vector<std::string> fields;
  const auto document = parsed(response);
  for (const auto& error : document.root()["errors"].elements()) { fields.push_back(*error["field"].as_string()); }
  EXPECT_EQ(fields, (std::vector<std::string>{"throttle", "latency_max_ms", "slow", "recipients[0].to", "recipients[0].fault",
                                              "recipients[0].call", "bogus"}));
}

TEST(AdminApi, ReadsWhatItWritesOfFaults) {
  Behaviour behaviour;
  behaviour.hang_after = 0.25;
  behaviour.list_lag = {Millis{1}, Millis{2}};
  behaviour.trial = true;
  behaviour.recipients = {{.to = k_to, .fault = Fault::garbled_after, .times = 3, .error_code = 30003, .call = "busy"}};
  const auto read = parse_behaviour(to_json(behaviour), {});
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(behaviour));
}

TEST(AdminApi, ForgetsAllOnReset) {
  World world;
  const auto first = world.send();
  (void)world.call({{"Twiml", "<Response/>"}});
  world.exchange.reset();
  EXPECT_TRUE(parsed(world.list({})).root()["messages"].elements().empty());
  EXPECT_EQ(text_of(world.send(), "sid"), text_of(first, "sid"));  // the run begins anew
}

TEST(Page, NeedsNothingFromElsewhereAndBuildsNoHtmlFromTexts) {
  const auto response = page();
  EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
  for (const char* outside : {"http://", "https://", "src=", "@import", "url("}) {
    EXPECT_EQ(response.body.find(outside), std::string::npos) << outside;
  }
  for (const char* unsafe : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("}) {
    EXPECT_EQ(response.body.find(unsafe), std::string::npos) << unsafe;
  }
}

TEST(Stories, AreBuiltIn) {
  const Stories stories("");
  const auto top = json::Document::parse(stories.top());
  ASSERT_TRUE(top);
  const auto ids = top->root().elements();
  EXPECT_EQ(ids.size(), 13U);
  for (const auto& id : ids) { EXPECT_TRUE(json::Document::parse(stories.item(std::to_string(*id.as_int()) + ".json"))) << *id.as_int(); }
  EXPECT_EQ(stories.item("9000013.json"), "null");
  EXPECT_EQ(stories.item("../secret.json"), "null");
}

TEST(Stories, ComeFromAFolder) {
  const Stories stories(std::string(SOURCE_DIR) + "/tests/fixtures/hackernews");
  EXPECT_TRUE(stories.check());
  EXPECT_NE(stories.item("8863.json").find("Dropbox"), std::string::npos);
  EXPECT_EQ(stories.item("99999999999.json"), "null");
  EXPECT_FALSE(Stories("/nowhere").check());
}

}  // namespace
}  // namespace bizcomms::simulator
