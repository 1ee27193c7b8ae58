#include "bizcomms/api/key_ring.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace bizcomms::api {
namespace {

class KeyRings : public testing::Test {
protected:
  [[nodiscard]] std::string name_of(std::string_view key) {
    const auto found = ring.find(key);
    if (!found) { return "unavailable"; }
    return *found ? (*found)->name() : "";
  }

  ManualClock clock;
  Log log = Log::silent();
  std::vector<NamedKey> in_database{{"one", hash_of("key one")}};
  bool down = false;
  std::atomic<int> loads = 0;
  std::vector<KeyHash> noted;
  KeyRing ring{{},
               {{"given", hash_of("key given")}},
               [this]() -> Result<std::vector<NamedKey>> {
                 ++loads;
                 if (down) { return Error{ErrorCode::unavailable, "The database is down."}; }
                 return in_database;
               },
               clock,
               log,
               [this](std::span<const KeyHash> used) {
                 noted.insert(noted.end(), used.begin(), used.end());
                 return Status{};
               }};
};

TEST_F(KeyRings, KnowsGivenAndLoadedKeys) {
  EXPECT_EQ(name_of("key given"), "given");
  EXPECT_EQ(name_of("key one"), "one");
  EXPECT_EQ(name_of("key two"), "");
  EXPECT_EQ(name_of(""), "");
  EXPECT_EQ(name_of(std::string(257, 'k')), "");
}

TEST_F(KeyRings, TakesTwoKeysOfOneName) {
  in_database = {{"given", hash_of("key given later")}};
  EXPECT_EQ(name_of("key given"), "given");
  EXPECT_EQ(name_of("key given later"), "given");
}

TEST_F(KeyRings, TakesOtherGivenKeysWhileItRuns) {
  down = true;
  const auto stays = *ring.find("key given");
  ring.give({{"given", hash_of("key given")}, {"later", hash_of("key given later")}});
  EXPECT_EQ(*ring.find("key given"), stays);
  EXPECT_EQ(name_of("key given later"), "later");
  ring.give({});
  EXPECT_EQ(name_of("key given"), "unavailable");
}

TEST_F(KeyRings, FindsANewKeyAtOnce) {
  EXPECT_EQ(name_of("key two"), "");
  in_database.push_back({"two", hash_of("key two")});
  clock.advance(Millis{201});
  EXPECT_EQ(name_of("key two"), "two");
}

TEST_F(KeyRings, ForgetsARevokedKeyWithinTenSeconds) {
  EXPECT_EQ(name_of("key one"), "one");
  in_database.clear();
  clock.advance(std::chrono::seconds{3});
  EXPECT_EQ(name_of("key one"), "one");
  clock.advance(Millis{1});
  EXPECT_EQ(name_of("key one"), "");
}

TEST_F(KeyRings, DoesNotReadTheDatabaseForEveryRequest) {
  for (int i = 0; i < 100; ++i) { EXPECT_EQ(name_of("key one"), "one"); }
  for (int i = 0; i < 100; ++i) { EXPECT_EQ(name_of("guess " + std::to_string(i)), ""); }
  EXPECT_EQ(loads, 1);
}

TEST_F(KeyRings, KeepsWhatItKnowsWhileTheDatabaseIsDown) {
  EXPECT_EQ(name_of("key one"), "one");
  down = true;
  clock.advance(std::chrono::minutes{10});
  EXPECT_EQ(name_of("key one"), "one");
  EXPECT_EQ(name_of("key given"), "given");
  EXPECT_EQ(name_of("key two"), "unavailable");
}

TEST_F(KeyRings, KeepsTheObjectOfAKeyThatStays) {
  const auto before = ring.find("key one");
  ASSERT_TRUE(ring.refresh());
  const auto after = ring.find("key one");
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->get(), after->get());
}

TEST_F(KeyRings, TellsWhichKeysWereUsed) {
  in_database = {{"one", hash_of("key one")}, {"two", hash_of("key two")}};
  EXPECT_EQ(name_of("key one"), "one");
  EXPECT_EQ(name_of("key given"), "given");
  clock.advance(std::chrono::seconds{59});
  EXPECT_EQ(name_of("key one"), "one");
  EXPECT_TRUE(noted.empty());
  clock.advance(std::chrono::seconds{5});
  EXPECT_EQ(name_of("key two"), "two");
  EXPECT_EQ(noted, std::vector{hash_of("key one")});
  clock.advance(std::chrono::minutes{2});
  EXPECT_EQ(name_of("key one"), "one");
  EXPECT_EQ(noted, (std::vector{hash_of("key one"), hash_of("key two")}));
}

TEST_F(KeyRings, IsAskedByManyAtOnce) {
  std::vector<std::jthread> askers;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 4; ++i) {
    askers.emplace_back([&] {
      for (int n = 0; n < 300; ++n) {
        clock.advance(Millis{50});
        if (name_of("key one") != "one") { ++wrong; }
      }
    });
  }
  askers.clear();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(loads, 1);
}

TEST(GivenKey, IsCheckedWithoutBeingShown) {
  EXPECT_TRUE(given_key("poller-1", "0123456789abcdef"));
  const auto short_key = given_key("poller", "0123456789abcde");
  ASSERT_FALSE(short_key);
  EXPECT_EQ(short_key.error().code, ErrorCode::misconfigured);
  EXPECT_NE(short_key.error().message.find("\"poller\""), std::string::npos);
  EXPECT_EQ(short_key.error().message.find("0123"), std::string::npos);
  EXPECT_TRUE(given_key("poller", "0123456789abcdef")->chosen);
  EXPECT_FALSE(given_key("poller", "bzk_" + std::string(43, 'A'))->chosen);
  EXPECT_FALSE(given_key("", "0123456789abcdef"));
  EXPECT_FALSE(given_key("Poller", "0123456789abcdef"));
  EXPECT_FALSE(given_key("poller", "0123456789 abcdef"));
  EXPECT_FALSE(given_key("poller", std::string(257, 'k')));
}

}  // namespace
}  // namespace bizcomms::api
