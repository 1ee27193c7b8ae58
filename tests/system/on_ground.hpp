// What a cell's events and deliveries stand on: the database's queue and ledger, or SNS, SQS and DynamoDB, as ElasticMQ, a forwarder and
// DynamoDB Local play them (tests/support/aws says where they differ). Tests whose outcome hangs on either run on both:
//   class Delivery : public OnGround { … Cell cell{on_ground({…})}; };
//   TEST_P(Delivery, …) { … }
//   INSTANTIATE_TEST_SUITE_P(On, Delivery, k_both_grounds, name_of_ground);
//
// On PostgreSQL alone are those that never come near queue or ledger: hostile requests, keys, the API's description, the commands that
// start no delivery, the README's; forged webhooks, which are refused before the ledger hears of them (the contract suite merges repeated
// reports on both); those that break what AWS has not: a full disk under the ledger's rows, a lock outlasting a statement's limit; and
// traces, metrics and changed secrets, which deliver, but are about what is the same on both.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/aws/cloud.hpp"
#include "support/process.hpp"

namespace bizcomms::test {

enum class Ground { postgres, aws };

inline const auto k_both_grounds = testing::Values(Ground::postgres, Ground::aws);

[[nodiscard]] std::string name_of_ground(const testing::TestParamInfo<Ground>& tested);

class OnGround : public testing::TestWithParam<Ground> {
protected:
  OnGround();  // skips the test where an emulator is missing

  [[nodiscard]] static bool on_aws() { return GetParam() == Ground::aws; }
  // With what puts queue and ledger there. For every role.
  [[nodiscard]] Environment on_ground(Environment options = {}) const;

  std::unique_ptr<Cloud> cloud;  // on AWS
};

}  // namespace bizcomms::test
