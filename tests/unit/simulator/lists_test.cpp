#include <gtest/gtest.h>

#include "unit/simulator/world.hpp"

namespace bizcomms::simulator {
namespace {

std::vector<std::string> bodies(const http::Response& response) {
  std::vector<std::string> out;
  const auto document = parsed(response);
  for (const auto& message : document.root()["messages"].elements()) { out.push_back(*message["body"].as_string()); }
  return out;
}

http::Parameters query_of(const std::string& uri) { return *http::parse_form(uri.substr(uri.find('?') + 1)); }

TEST(Lists, ShowTheNewestFirst) {
  World world;
  for (const char* body : {"1", "2", "3"}) { (void)world.send(k_to, body); }
  EXPECT_EQ(bodies(world.list({})), (std::vector<std::string>{"3", "2", "1"}));
}

TEST(Lists, FilterByBothEnds) {
  World world;
  (void)world.send(k_to, "a");
  (void)world.send("+15550000001", "b");
  (void)world.send(http::Parameters{{"To", k_to}, {"From", "+15550000099"}, {"Body", "c"}});
  EXPECT_EQ(bodies(world.list({{"To", k_to}})), (std::vector<std::string>{"c", "a"}));
  EXPECT_EQ(bodies(world.list({{"From", "+15550000099"}})), std::vector<std::string>{"c"});
  EXPECT_EQ(bodies(world.list({{"To", k_to}, {"From", k_from}})), std::vector<std::string>{"a"});
  EXPECT_TRUE(bodies(world.list({{"To", "+15550000077"}})).empty());
}

TEST(Lists, FilterByDateIncludingTheNamedDay) {
  World world;  // 2026-01-01T12:00:00Z
  (void)world.send(k_to, "first");
  EXPECT_TRUE(bodies(world.list({{"DateSent>", "2025-12-31"}})).empty());  // date_sent is still null
  world.clock.advance(std::chrono::hours{24});
  (void)world.send(k_to, "second");
  world.clock.advance(Millis{1'000});
  EXPECT_EQ(bodies(world.list({{"DateSent", "2026-01-01"}})), std::vector<std::string>{"first"});
  EXPECT_EQ(bodies(world.list({{"DateSent>", "2026-01-02"}})), std::vector<std::string>{"second"});
  EXPECT_EQ(bodies(world.list({{"DateSent<", "2026-01-02"}})).size(), 2U);
  EXPECT_EQ(bodies(world.list({{"DateSent>", "2026-01-01 13:00:00.000"}})), std::vector<std::string>{"second"});
  EXPECT_EQ(world.list({{"DateSent", "yesterday"}}).status, 400);
}

TEST(Lists, LagBehind) {
  Settings settings;
  settings.behaviour.list_lag = {Millis{5'000}, Millis{10'000}};
  World world(settings);
  const auto sid = text_of(world.send(), "sid");
  world.clock.advance(Millis{4'999});
  EXPECT_TRUE(bodies(world.list({{"To", k_to}})).empty());
  EXPECT_EQ(world.fetch(sid).status, 200);
  world.clock.advance(Millis{5'001});
  EXPECT_EQ(bodies(world.list({{"To", k_to}})).size(), 1U);
}

TEST(Lists, PageByTokenAndStayStableWhenMoreArrives) {
  World world;
  for (int i = 0; i < 7; ++i) { (void)world.send(k_to, std::to_string(i)); }
  auto page = world.list({{"To", k_to}, {"PageSize", "3"}});
  EXPECT_EQ(bodies(page), (std::vector<std::string>{"6", "5", "4"}));
  EXPECT_EQ(parsed(page).root()["end"].as_int(), 2);
  EXPECT_TRUE(parsed(page).root()["previous_page_uri"].is_null());
  const auto next = text_of(page, "next_page_uri");
  EXPECT_NE(next.find("PageToken=PASM"), std::string::npos);
  EXPECT_NE(next.find("To=%2B15551234567"), std::string::npos);
  (void)world.send(k_to, "new");
  page = world.list(query_of(next));
  EXPECT_EQ(bodies(page), (std::vector<std::string>{"3", "2", "1"}));
  EXPECT_EQ(parsed(page).root()["page"].as_int(), 1);
  EXPECT_EQ(bodies(world.list(query_of(text_of(page, "previous_page_uri")))), (std::vector<std::string>{"6", "5", "4"}));
  page = world.list(query_of(text_of(page, "next_page_uri")));
  EXPECT_EQ(bodies(page), std::vector<std::string>{"0"});
  EXPECT_TRUE(parsed(page).root()["next_page_uri"].is_null());
}

TEST(Lists, EndExactlyAtAFullPage) {
  World world;
  for (int i = 0; i < 3; ++i) { (void)world.send(); }
  EXPECT_TRUE(parsed(world.list({{"PageSize", "3"}})).root()["next_page_uri"].is_null());
}

TEST(Lists, RefuseBadPaging) {
  World world;
  EXPECT_EQ(world.list({{"PageSize", "0"}}).status, 400);
  EXPECT_EQ(world.list({{"PageToken", "PASM1"}}).status, 400);
  EXPECT_EQ(parsed(world.list({{"PageSize", "5000"}})).root()["page_size"].as_int(), 1000);
}

TEST(Lists, ShowCallsByStatus) {
  World world;
  (void)world.call({{"Twiml", "<Response><Say>a</Say></Response>"}});
  const auto calls = [&](const char* status) { return parsed(world.list({{"Status", status}}, true)).root()["calls"].elements().size(); };
  EXPECT_EQ(calls("queued"), 1U);
  world.clock.advance(Millis{30'000});
  EXPECT_EQ(calls("queued"), 0U);
  EXPECT_EQ(calls("completed"), 1U);
  EXPECT_EQ(parsed(world.list({{"StartTime>", "2026-01-01"}}, true)).root()["calls"].elements().size(), 1U);
}

}  // namespace
}  // namespace bizcomms::simulator
