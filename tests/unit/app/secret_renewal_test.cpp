#include "app/secret_renewal.hpp"

#include <gtest/gtest.h>

#include <future>

namespace bizcomms::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct SecretRenewalTest : testing::Test {
  ManualClock clock;
  Metrics metrics;
  std::string heard;
  Log log{{}, [this](std::string_view line) { heard.append(line); }};
  LiveSecret token{Secret("old"), "file:/run/token"};
  std::optional<std::string> kept{"old"};
  std::vector<std::string> read;
  SecretRenewal renewal{{}, {{"auth-token", token}}, [this](const std::string& source) { return reading(source); }, clock, log, metrics};

  Result<std::string> reading(const std::string& source) {
    read.push_back(source);
    if (!kept) { return Error{ErrorCode::invalid, "points to a file that is not there"}; }
    return *kept;
  }
  [[nodiscard]] std::string current() const { return token.current()->reveal(); }
  [[nodiscard]] double readings(const std::string& outcome) {
    return metrics.counter("bizcomms_secret_readings_total", "", {{"option", "auth-token"}, {"outcome", outcome}}).value();
  }
};

TEST_F(SecretRenewalTest, ReadsItAgainEverySoOften) {
  EXPECT_EQ(renewal.tick(), minutes{5});
  kept = "new";
  clock.advance(minutes{4});
  EXPECT_EQ(renewal.tick(), minutes{1});
  EXPECT_EQ(current(), "old");
  clock.advance(minutes{1});
  EXPECT_EQ(renewal.tick(), minutes{5});
  EXPECT_EQ(current(), "new");
  EXPECT_EQ(read, (std::vector<std::string>{"file:/run/token"}));
  EXPECT_EQ(readings("changed"), 1);
}

TEST_F(SecretRenewalTest, ReadsItAtOnceWhereItIsRefused) {
  kept = "new";
  clock.advance(minutes{1});
  token.refuse(token.current());
  static_cast<void>(renewal.tick());
  EXPECT_EQ(current(), "new");
}

TEST_F(SecretRenewalTest, ButNotMoreOftenThanThePauseLets) {
  clock.advance(minutes{1});
  token.refuse(token.current());
  static_cast<void>(renewal.tick());
  token.refuse(token.current());
  EXPECT_EQ(renewal.tick(), seconds{5});
  clock.advance(seconds{4});
  token.refuse(token.current());
  EXPECT_EQ(renewal.tick(), seconds{1});
  EXPECT_EQ(read.size(), 1U);
  clock.advance(seconds{1});
  EXPECT_EQ(renewal.tick(), minutes{5});
  EXPECT_EQ(read.size(), 2U);
  EXPECT_EQ(readings("same"), 2);
}

TEST_F(SecretRenewalTest, KeepsTheOldOneWhereReadingFails) {
  kept.reset();
  clock.advance(minutes{5});
  static_cast<void>(renewal.tick());
  EXPECT_EQ(current(), "old");
  EXPECT_NE(heard.find("points to a file that is not there"), std::string::npos);
  kept = "new";
  clock.advance(minutes{5});
  static_cast<void>(renewal.tick());
  EXPECT_EQ(current(), "new");
  EXPECT_EQ(readings("failed"), 1);
}

TEST_F(SecretRenewalTest, KeepsTheOldOneWhereTheNewOneIsNone) {
  for (const char* wrong : {"", "two words", "line\nbreak", "with \x01"}) {
    kept = wrong;
    clock.advance(minutes{5});
    static_cast<void>(renewal.tick());
    EXPECT_EQ(current(), "old");
  }
  EXPECT_EQ(readings("failed"), 4);
}

TEST_F(SecretRenewalTest, TheOneBeforeIsAcceptedForAWhile) {
  kept = "new";
  clock.advance(minutes{5});
  static_cast<void>(renewal.tick());
  clock.advance(minutes{59});
  EXPECT_LE(renewal.tick(), minutes{1});
  EXPECT_EQ(token.accepted().size(), 2U);
  clock.advance(minutes{1});
  static_cast<void>(renewal.tick());
  EXPECT_EQ(token.accepted().size(), 1U);
}

TEST_F(SecretRenewalTest, NoLogLineShowsASecret) {
  kept = "new-secret";
  clock.advance(minutes{5});
  static_cast<void>(renewal.tick());
  kept = "bad secret";
  clock.advance(minutes{5});
  static_cast<void>(renewal.tick());
  EXPECT_NE(heard.find("auth-token"), std::string::npos);
  EXPECT_EQ(heard.find("new-secret"), std::string::npos);
  EXPECT_EQ(heard.find("bad secret"), std::string::npos);
}

TEST_F(SecretRenewalTest, WhoTakesItMayRefuseIt) {
  const LiveSecret keys(Secret("a=1"), "file:/run/keys");
  bool good = false;
  const auto take = [&](const Secret& /*next*/) { return good ? Status{} : Status(Error{ErrorCode::misconfigured, "No key."}); };
  SecretRenewal other(
      {}, {{"api-keys", keys, take}}, [](const std::string&) { return Result<std::string>("b=2"); }, clock, log, metrics);
  clock.advance(minutes{5});
  static_cast<void>(other.tick());
  EXPECT_EQ(keys.current()->reveal(), "a=1");
  good = true;
  clock.advance(minutes{5});
  static_cast<void>(other.tick());
  EXPECT_EQ(keys.current()->reveal(), "b=2");
}

TEST_F(SecretRenewalTest, WhatIsWrittenDownStays) {
  const LiveSecret plain(Secret("plain"));
  SecretRenewal none(
      {}, {{"auth-token", plain}}, [this](const std::string& source) { return reading(source); }, clock, log, metrics);
  clock.advance(hours{1});
  static_cast<void>(none.tick());
  EXPECT_TRUE(read.empty());
}

TEST(SecretRenewalThread, HearsARefusal) {
  const SystemClock clock;
  const Log log = Log::silent();
  Metrics metrics;
  const LiveSecret token(Secret("old"), "file:/run/token");
  std::promise<void> changed;
  SecretRenewal renewal(
      {.pause = Millis{0}},
      {{"auth-token", token,
        [&](const Secret&) {
          changed.set_value();
          return Status{};
        }}},
      [](const std::string&) { return Result<std::string>("new"); }, clock, log, metrics);
  renewal.start();
  token.refuse(token.current());
  EXPECT_EQ(changed.get_future().wait_for(seconds{30}), std::future_status::ready);
}

}  // namespace
}  // namespace bizcomms::app
