#include <gtest/gtest.h>

#include "unit/api/api_on_fakes.hpp"

namespace bizcomms::api {
namespace {

constexpr const char* k_wrong = "bzk_wrong_wrong_wrong";

int ask_with(ApiOnFakes& fakes, const std::string& key) { return fakes.ask_as(key, "GET", "/v1/alerts").status; }

void fail(ApiOnFakes& fakes, int times) {
  for (int i = 0; i < times; ++i) { ask_with(fakes, k_wrong); }
}

TEST(Authentication, IsAskedOnEveryKeyedPath) {
  ApiOnFakes fakes({.authentication_failures_per_minute = 1'000});
  int keyed = 0;
  for (const auto& route : fakes.api.routes()) {
    if (!route.pattern.starts_with("/v1/") || route.pattern.starts_with("/v1/webhooks/")) { continue; }
    ++keyed;
    const auto answer = fakes.ask_as("", route.method, route.pattern, "{}");
    EXPECT_EQ(answer.status, 401) << route.method << " " << route.pattern;
    EXPECT_EQ(answer.text("type"), "urn:bizcomms:problem:unauthenticated");
    EXPECT_FALSE(answer.header("WWW-Authenticate").empty());
  }
  EXPECT_EQ(keyed, 11);
}

TEST(Authentication, WhoHasNoKeyIsNoKnownCaller) {
  ApiOnFakes fakes;
  EXPECT_TRUE(fakes.ask("GET", "/v1/alerts").of_known_caller);
  EXPECT_TRUE(fakes.ask("POST", "/v1/alerts", "{}").of_known_caller) << "whatever is wrong with the request";
  EXPECT_FALSE(fakes.ask("GET", "/openapi.json").of_known_caller) << "no key is looked at";
  EXPECT_FALSE(fakes.ask_as(k_wrong, "GET", "/v1/alerts").of_known_caller);
  fakes.keys_unreadable = true;
  EXPECT_FALSE(fakes.ask_as("bzk_another_another", "GET", "/v1/alerts").of_known_caller);
}

TEST(Authentication, SaysWhetherTheKeyIsMissingOrWrong) {
  ApiOnFakes fakes;
  EXPECT_EQ(fakes.ask_as("", "GET", "/v1/alerts").text("detail"), "Send your API key in the X-API-Key header.");
  const auto answer = fakes.ask_as(k_wrong, "GET", "/v1/alerts");
  EXPECT_EQ(answer.text("detail"), "This API key is not known, or was revoked.");
  EXPECT_EQ(answer.response.body.find(k_wrong), std::string::npos);
}

TEST(Authentication, AKeyThatIsNotKnownHasTheGivenOnesReadAgainUnlessSomebodyGuesses) {
  const LiveSecret given{Secret("name=key"), "file:/run/keys"};
  int told = 0;
  given.on_refusal([&] { ++told; });
  ApiOnFakes fakes({.given_keys = given});
  ask_with(fakes, k_wrong);
  EXPECT_EQ(told, 1);
  ask_with(fakes, "");
  EXPECT_EQ(told, 1) << "that is none";
  fail(fakes, 30);
  EXPECT_EQ(told, 19) << "of the 20 failures that an address may have in a minute, one had no key";
}

TEST(Authentication, LimitsFailuresOfOneAddress) {
  ApiOnFakes fakes;
  for (int i = 0; i < 20; ++i) { EXPECT_EQ(ask_with(fakes, k_wrong), 401) << i; }
  const auto answer = fakes.ask_as(k_wrong, "GET", "/v1/alerts");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "3");
  fakes.client_address = "192.0.2.2";
  EXPECT_EQ(ask_with(fakes, k_wrong), 401);
  fakes.client_address = "192.0.2.1";
  fakes.clock.advance(std::chrono::seconds{3});
  EXPECT_EQ(ask_with(fakes, k_wrong), 401);
  EXPECT_EQ(ask_with(fakes, k_wrong), 429);
}

TEST(Authentication, HidesFromAGuesserThatAGuessWasRight) {
  ApiOnFakes fakes;
  fakes.loaded_keys = {{"chosen", hash_of("correct-horse-battery"), true}};
  fail(fakes, 20);
  EXPECT_EQ(ask_with(fakes, "correct-horse-battery"), 429);
  fakes.clock.advance(std::chrono::seconds{3});
  EXPECT_EQ(ask_with(fakes, "correct-horse-battery"), 200);
  fail(fakes, 25);
  EXPECT_EQ(ask_with(fakes, "correct-horse-battery"), 200) << "it has been used from here";
}

TEST(Authentication, DoesNotLockOutThoseWhoShareAGuessersAddress) {
  ApiOnFakes fakes;
  fail(fakes, 25);
  EXPECT_EQ(ask_with(fakes, k_test_key), 200) << "random, so nobody guesses it";
  EXPECT_EQ(ask_with(fakes, k_wrong), 429);
}

TEST(Authentication, DoesNotLockOutNewAddressesWhenManyFail) {
  ApiOnFakes fakes({.addresses_max = 10});
  for (int i = 0; i < 60; ++i) {
    fakes.client_address = "192.0.2." + std::to_string(i);
    ask_with(fakes, k_wrong);
  }
  EXPECT_EQ(ask_with(fakes, k_wrong), 429);
  fakes.client_address = "192.0.2.99";
  EXPECT_EQ(ask_with(fakes, k_test_key), 200);
}

TEST(Authentication, LimitsRequestsOfOneKey) {
  ApiOnFakes fakes({.rate_limit = 5});
  fakes.loaded_keys = {{"others", hash_of("bzk_of_the_others")}};
  for (int i = 0; i < 5; ++i) { EXPECT_EQ(ask_with(fakes, k_test_key), 200) << i; }
  const auto answer = fakes.ask("GET", "/v1/alerts");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  EXPECT_EQ(ask_with(fakes, "bzk_of_the_others"), 200);
  fakes.clock.advance(Millis{200});
  EXPECT_EQ(ask_with(fakes, k_test_key), 200);
  EXPECT_EQ(ask_with(fakes, k_test_key), 429);
}

TEST(Authentication, AnswersForGivenKeysWithoutTheDatabase) {
  ApiOnFakes fakes;
  fakes.keys_unreadable = true;
  EXPECT_EQ(ask_with(fakes, k_test_key), 200);
  EXPECT_EQ(ask_with(fakes, k_wrong), 503);
}

}  // namespace
}  // namespace bizcomms::api
