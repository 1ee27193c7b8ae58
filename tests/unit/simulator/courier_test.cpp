#include "simulator/courier.hpp"

#include <gtest/gtest.h>

#include "unit/simulator/world.hpp"

namespace bizcomms::simulator {
namespace {

class CourierTest : public testing::Test {
protected:
  void post(const std::string& url, Millis after = {}) {
    courier.post(clock.now() + after, [url]() -> std::optional<Webhook> {
      return Webhook{.url = url, .parameters = {{"A", "b c"}}, .token = "t1"};
    });
  }
  void pass(Millis time) {
    for (Millis passed{0}; passed <= time; passed += Millis{50}) {
      (void)courier.tick();
      clock.advance(Millis{50});
    }
  }
  ManualClock clock;
  KeepingClient client;
  Courier courier{10, Secret("k"), client, clock, Log::silent()};
};

TEST_F(CourierTest, CarriesAtItsTimeSigned) {
  post("http://hook.test/a?b=1#rc=2", Millis{1'000});
  const auto wait = courier.tick();
  EXPECT_EQ(wait, Millis{1'000});
  EXPECT_TRUE(client.requests.empty());
  clock.advance(Millis{1'000});
  (void)courier.tick();
  ASSERT_EQ(client.requests.size(), 1U);
  const auto& request = client.requests.front();
  EXPECT_EQ(request.url, "http://hook.test/a?b=1");
  EXPECT_EQ(request.body, "A=b%20c");
  EXPECT_EQ(request.headers.find("X-Twilio-Signature"), signature(Secret("k"), "http://hook.test/a?b=1", {{"A", "b c"}}));
  EXPECT_EQ(request.headers.find("I-Twilio-Idempotency-Token"), "t1");
}

TEST_F(CourierTest, PutsParametersIntoTheUrlOfAGet) {
  courier.post(clock.now(), []() -> std::optional<Webhook> {
    return Webhook{.url = "http://hook.test/a", .method = "GET", .parameters = {{"A", "b"}}};
  });
  (void)courier.tick();
  EXPECT_EQ(client.requests.front().url, "http://hook.test/a?A=b");
  EXPECT_EQ(client.requests.front().headers.find("X-Twilio-Signature"), signature(Secret("k"), "http://hook.test/a?A=b", {}));
}

TEST_F(CourierTest, DoesNotRetryAServerErrorByDefault) {
  client.answer = [](const auto&) { return http::ClientResponse{.status = 503}; };
  post("http://hook.test/");
  pass(Millis{15'000});
  EXPECT_EQ(client.requests.size(), 1U);
  EXPECT_EQ(courier.counts().failed, 1);
}

TEST_F(CourierTest, RetriesAsTheUrlAsksWithTheSameToken) {
  client.answer = [](const auto&) { return http::ClientResponse{.status = 503}; };
  post("http://hook.test/#rc=3&rp=5xx");
  pass(Millis{15'000});
  ASSERT_EQ(client.requests.size(), 4U);
  for (const auto& request : client.requests) { EXPECT_EQ(request.headers.find("I-Twilio-Idempotency-Token"), "t1"); }
}

TEST_F(CourierTest, RetriesALostConnectionOnce) {
  client.answer = [](const auto&) { return Error{.code = ErrorCode::unavailable, .message = "refused"}; };
  post("http://hook.test/");
  pass(Millis{15'000});
  EXPECT_EQ(client.requests.size(), 2U);
}

TEST_F(CourierTest, ATimeoutIsRetriedOnlyByItsPolicy) {
  client.answer = [](const auto&) { return Error{.code = ErrorCode::outcome_unknown, .message = "timeout"}; };
  post("http://hook.test/a#rc=1&rp=ct");
  post("http://hook.test/b#rc=1&rp=rt");
  pass(Millis{15'000});
  EXPECT_EQ(client.requests.size(), 3U);
}

TEST_F(CourierTest, AllTriesStayWithinTheTotal) {
  client.answer = [this](const auto&) {
    clock.advance(Millis{6'000});
    return Error{.code = ErrorCode::outcome_unknown, .message = "timeout"};
  };
  post("http://hook.test/#rc=5&rp=all");
  pass(Millis{30'000});
  EXPECT_EQ(client.requests.size(), 3U);
  EXPECT_LE(client.requests.back().timeout, Millis{15'000 - 12'000});
}

TEST_F(CourierTest, DropsWhatIsNoLongerTrue) {
  courier.post(clock.now(), []() -> std::optional<Webhook> { return std::nullopt; });
  (void)courier.tick();
  EXPECT_TRUE(client.requests.empty());
  EXPECT_EQ(courier.counts().waiting, 0);
}

TEST_F(CourierTest, ItsThreadCarriesAndStops) {
  const SystemClock system;
  Courier running(10, Secret("k"), client, system, Log::silent());
  std::atomic<bool> done = false;
  running.start();
  running.post(system.now(), [&done]() -> std::optional<Webhook> {
    return Webhook{.url = "http://hook.test/", .answered = [&done](const auto&) {
                     done = true;
                     done.notify_one();
                   }};
  });
  done.wait(false);
  running.stop();
  EXPECT_EQ(client.requests.size(), 1U);
}

}  // namespace
}  // namespace bizcomms::simulator
