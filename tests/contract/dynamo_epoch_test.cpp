// The epoch that cells publish beside the ledger.
#include <gtest/gtest.h>

#include "bizcomms/aws/epoch.hpp"
#include "contract/dynamo_subject.hpp"

namespace bizcomms::contract {
namespace {

TEST(EpochItem, KeepsTheHighestEpochAndWhoHasIt) {
  if (const auto why = DynamoAccess::missing(); !why.empty()) { GTEST_SKIP() << why; }
  const DynamoAccess access;
  aws::EpochItem item(DynamoAccess::client(), access.settings().table);
  ASSERT_TRUE(item.read());
  EXPECT_EQ(item.read()->epoch, 0);
  EXPECT_EQ(item.read()->cell, "");
  ASSERT_TRUE(item.publish("east", 1));
  ASSERT_TRUE(item.publish("west", 2));
  ASSERT_TRUE(item.publish("east", 1)) << "comes too late, and changes nothing";
  EXPECT_EQ(item.read()->epoch, 2);
  EXPECT_EQ(item.read()->cell, "west");
}

}  // namespace
}  // namespace bizcomms::contract
