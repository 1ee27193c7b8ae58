#include "contract/dynamo_subject.hpp"

#include <fmt/format.h>

#include "support/aws/dynamodb_local.hpp"

namespace bizcomms::contract {

namespace {

// The way to the emulator, for all tests of this program.
struct Way {
  SystemClock clock{};
  Log log = Log::silent();
  Metrics metrics{};
  http::CurlClient http{{.connections_max = 32}, log, metrics};
  aws::FixedCredentials credentials{aws::AccessKey{.id = "test", .secret = Secret("test")}};
  aws::Client client{
      {.region = test::k_aws_region, .endpoints = {{aws::Service::dynamodb, test::DynamoDbLocal::shared().url() + "/"}}, .attempts_max = 5},
      credentials,
      http,
      clock,
      log,
      metrics};
};

}  // namespace

DynamoAccess::DynamoAccess() {
  static int made = 0;
  m_table = fmt::format("deliveries-{}", ++made);
  test::DynamoDbLocal::shared().create_table(test::deliveries_table(m_table));
}

DynamoAccess::~DynamoAccess() { test::DynamoDbLocal::shared().delete_table(m_table); }

std::string DynamoAccess::missing() { return test::missing_emulators({"dynamodb_local"}); }

aws::Client& DynamoAccess::client() {
  static Way way;
  return way.client;
}

}  // namespace bizcomms::contract
