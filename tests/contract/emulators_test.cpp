// Whether the suites on AWS's stand-ins ran at all: this program's other tests pass without them.
#include <gtest/gtest.h>

#include "support/aws/emulator.hpp"

namespace bizcomms::contract {
namespace {

TEST(Emulators, AreThereForTheSuitesThatNeedThem) {
  if (const auto why = test::missing_emulators({"moto", "elasticmq", "dynamodb_local"}); !why.empty()) {
    GTEST_SKIP() << "THE QUEUE AND THE LEDGER IN AWS ARE NOT TESTED. " << why;
  }
}

}  // namespace
}  // namespace bizcomms::contract
