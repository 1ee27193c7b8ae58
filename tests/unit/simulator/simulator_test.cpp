// The whole simulator over loopback, seen by the product's own HTTP client.
#include "bizcomms/simulator/simulator.hpp"

#include <gtest/gtest.h>

#include "unit/simulator/world.hpp"

namespace bizcomms::simulator {
namespace {

class SimulatorTest : public testing::Test {
protected:
  void start(Settings settings = {}) {
    settings.listen = "127.0.0.1:0";
    simulator = std::make_unique<Simulator>(std::move(settings), Log::silent(), metrics, clock, client);
    ASSERT_TRUE(simulator->start());
  }
  Result<http::ClientResponse> ask(http::ClientRequest request, Millis timeout = Millis{5'000}) {
    request.url = "http://" + simulator->address() + request.url;
    request.username = k_account;
    request.password = Secret(k_token);
    request.timeout = timeout;
    return http::fetch(client, std::move(request));
  }
  Result<http::ClientResponse> send(const http::Parameters& form, Millis timeout = Millis{5'000}) {
    return ask({.method = "POST",
                .url = "/2010-04-01/Accounts/" + k_account + "/Messages.json",
                .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                .body = http::to_form(form)},
               timeout);
  }
  Result<http::ClientResponse> put_faults(const std::string& json) {
    return ask({.method = "PUT", .url = "/simulator/faults", .headers = {{"Content-Type", "application/json"}}, .body = json});
  }

  const http::Parameters hello{{"To", k_to}, {"From", k_from}, {"Body", "Olá 👍 & 50% + tax"}};
  SystemClock clock;
  Metrics metrics;
  http::CurlClient client{{}, Log::silent(), metrics};
  std::unique_ptr<Simulator> simulator;
};

TEST_F(SimulatorTest, ServesThePageThePhonesAndTheStories) {
  start();
  const auto page = ask({.url = "/"});
  ASSERT_TRUE(page);
  EXPECT_NE(page->body.find("<!doctype html>"), std::string::npos);
  EXPECT_EQ(ask({.url = "/simulator/phones"})->status, 200);
  EXPECT_EQ(ask({.url = "/v0/topstories.json"})->body.front(), '[');
  EXPECT_EQ(ask({.url = "/v0/item/9000013.json"})->body, "null");
  EXPECT_EQ(ask({.url = "/nowhere"})->status, 404);
}

TEST_F(SimulatorTest, TakesFetchesListsAndDeletes) {
  start();
  const auto taken = send(hello);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->status, 201);
  const auto document = json::Document::parse(taken->body);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root()["body"].as_string(), "Olá 👍 & 50% + tax");
  const auto uri = *document->root()["uri"].as_string();
  EXPECT_EQ(ask({.url = uri})->status, 200);
  const auto list = ask({.url = "/2010-04-01/Accounts/" + k_account + "/Messages.json?To=%2B15551234567&PageSize=20"});
  EXPECT_NE(list->body.find(*document->root()["sid"].as_string()), std::string::npos);
  EXPECT_EQ(ask({.method = "DELETE", .url = uri})->status, 204);
  EXPECT_EQ(ask({.url = uri})->status, 404);
}

TEST_F(SimulatorTest, ResetsAndHangsOnTheWire) {
  start();
  ASSERT_EQ(send(hello)->status, 201);  // the connection is reused from here
  ASSERT_EQ(put_faults(R"({"reset_after":1})")->status, 200);
  const auto reset = send(hello);
  ASSERT_FALSE(reset);
  EXPECT_EQ(reset.error().code, ErrorCode::outcome_unknown);
  ASSERT_EQ(put_faults(R"({"hang_before":1})")->status, 200);
  const auto hung = send(hello, Millis{200});
  ASSERT_FALSE(hung);
  EXPECT_EQ(hung.error().code, ErrorCode::outcome_unknown);
  ASSERT_EQ(put_faults(R"({"latency_min_ms":100,"latency_max_ms":100})")->status, 200);
  EXPECT_EQ(send(hello)->status, 201);
  const auto statistics = ask({.url = "/simulator/statistics"});
  const auto document = json::Document::parse(statistics->body);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root()["requests"]["messages_accepted"].as_int(), 3);
  EXPECT_EQ(document->root()["requests"]["create_message"].as_int(), 4);  // each left once
}

TEST_F(SimulatorTest, AnswersInTwiliosFormWhenItRefuses) {
  start();
  auto refused = send({{"To", "x"}, {"From", k_from}, {"Body", "b"}});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 400);
  EXPECT_NE(refused->body.find("21211"), std::string::npos);
}

TEST_F(SimulatorTest, TellsWhenItsStoriesAreMissing) {
  Settings settings;
  settings.listen = "127.0.0.1:0";
  settings.stories_folder = "/nowhere";
  Simulator broken(settings, Log::silent(), metrics, clock, client);
  const auto status = broken.start();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::misconfigured);
}

}  // namespace
}  // namespace bizcomms::simulator
