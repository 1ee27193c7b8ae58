#include "worker/sender_choice.hpp"

#include <gtest/gtest.h>

#include "bizcomms/base/ids.hpp"

namespace bizcomms::worker {
namespace {

struct SenderChoice : testing::Test {
  ManualClock clock;
  IdSource ids{clock, 3};
  std::vector<std::string> senders{"+15550000001", "+15550000002", "+15550000003", "+15550000004"};
};

TEST_F(SenderChoice, KeepsTheStoredOneWhileItIsOurs) {
  EXPECT_EQ(chosen_sender("+15550000003", ids.next<alert::RecipientId>(), senders), 2U);
}

TEST_F(SenderChoice, ChoosesAnotherWhenTheStoredOneIsGone) {
  const auto recipient = ids.next<alert::RecipientId>();
  EXPECT_EQ(chosen_sender("+15559999999", recipient, senders), chosen_sender(std::nullopt, recipient, senders));
}

TEST_F(SenderChoice, UsesNumbersEvenly) {
  std::vector<int> used(senders.size(), 0);
  for (int i = 0; i < 4000; ++i) { ++used[chosen_sender(std::nullopt, ids.next<alert::RecipientId>(), senders)]; }
  for (const int count : used) { EXPECT_NEAR(count, 1000, 150); }
}

TEST_F(SenderChoice, ABatchUsesNumbersEvenlyAroundThoseThatAreStored) {
  std::vector<alert::BatchMember> members(100);
  for (std::size_t i = 0; i < members.size(); ++i) {
    members[i].recipient = ids.next<alert::RecipientId>();
    if (i % 5 == 0) { members[i].sender = senders[1]; }
    if (i % 10 == 3) { members[i].sender = "+15559999999"; }  // not ours any more
  }
  const auto chosen = chosen_senders(members, senders);
  std::vector<int> used(senders.size(), 0);
  for (std::size_t i = 0; i < members.size(); ++i) {
    ++used[chosen[i]];
    if (i % 5 == 0) { EXPECT_EQ(chosen[i], 1); }
  }
  EXPECT_EQ(used, (std::vector<int>{25, 25, 25, 25}));
  EXPECT_EQ(chosen_senders(members, senders), chosen);
}

TEST_F(SenderChoice, MovesOnlyRecipientsOfANumberThatGoes) {
  const std::vector<std::string> fewer(senders.begin(), senders.end() - 1);
  for (int i = 0; i < 1000; ++i) {
    const auto recipient = ids.next<alert::RecipientId>();
    const auto before = chosen_sender(std::nullopt, recipient, senders);
    if (before < fewer.size()) { EXPECT_EQ(chosen_sender(std::nullopt, recipient, fewer), before); }
  }
}

}  // namespace
}  // namespace bizcomms::worker
