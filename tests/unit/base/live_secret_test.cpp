#include "bizcomms/base/live_secret.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace bizcomms {
namespace {

std::vector<std::string> texts(const LiveSecret& secret) {
  std::vector<std::string> all;
  for (const auto& held : secret.accepted()) { all.push_back(held->reveal()); }
  return all;
}

TEST(LiveSecret, CopiesAreOneSecret) {
  const LiveSecret secret(Secret("old"), "file:/run/token");
  LiveSecret copy(Secret("another"));
  copy = secret;
  EXPECT_EQ(copy.source(), "file:/run/token");
  copy.replace(Secret("new"));
  EXPECT_EQ(secret.current()->reveal(), "new");
}

TEST(LiveSecret, TheOneBeforeIsAcceptedUntilItIsDropped) {
  const LiveSecret secret(Secret("first"));
  EXPECT_EQ(texts(secret), (std::vector<std::string>{"first"}));
  secret.replace(Secret("second"));
  secret.replace(Secret("third"));
  EXPECT_EQ(texts(secret), (std::vector<std::string>{"third", "second"}));
  secret.drop_former();
  EXPECT_EQ(texts(secret), (std::vector<std::string>{"third"}));
}

TEST(LiveSecret, WhoeverRenewsItIsToldOfARefusalOfTheCurrentOneAlone) {
  const LiveSecret secret(Secret("old"));
  secret.refuse(secret.current());  // nobody renews it
  int told = 0;
  secret.on_refusal([&] { ++told; });
  const auto used = secret.current();
  secret.refuse(used);
  EXPECT_EQ(told, 1);
  secret.replace(Secret("new"));
  secret.refuse(used);  // an answer to a request that left before
  EXPECT_EQ(told, 1);
}

TEST(LiveSecret, WhatIsInUseOutlivesItsReplacement) {
  const LiveSecret secret(Secret("old"));
  const auto used = secret.current();
  std::jthread other([copy = secret] { copy.replace(Secret("new")); });
  other.join();
  EXPECT_EQ(used->reveal(), "old");
}

}  // namespace
}  // namespace bizcomms
