#include "app/checks.hpp"

#include <gtest/gtest.h>

#include "app/admin_server.hpp"
#include "app/cloud.hpp"
#include "app/work_role.hpp"

namespace bizcomms::app {
namespace {

Settings deliverable() {
  Settings settings;
  settings.twilio.account_sid = "AC0123456789abcdef0123456789abcdef";
  settings.twilio.auth_token = Secret("0123456789abcdef0123456789abcdef");
  settings.twilio.senders = {"+15005550006"};
  return settings;
}

TEST(Checks, TheDefaultsOfAWorkerHoldTogether) { EXPECT_TRUE(check_settings(deliverable(), Role::work)); }

TEST(Checks, WhatAwsNeedsIsNamed) {
  auto settings = deliverable();
  settings.aws.region = "eu-west-1";
  settings.queue_kind = "aws";
  settings.sqs.urgent.url = "https://sqs.example/urgent";
  const auto queue = check_settings(settings, Role::serve);
  ASSERT_FALSE(queue);
  std::vector<std::string> names;
  for (const auto& field : queue.error().fields) { names.push_back(field.field); }
  EXPECT_EQ(names, (std::vector<std::string>{"sqs-standard-url", "sqs-standard-dead-letters-url", "sqs-urgent-dead-letters-url"}));
  EXPECT_EQ(queue.error().fields[0].message, "sqs-standard-url is empty; queue is aws and needs it.");
  settings.queue_kind = "postgres";
  EXPECT_TRUE(check_settings(settings, Role::serve));
  settings.ledger_kind = "aws";
  EXPECT_FALSE(check_settings(settings, Role::work));
  settings.dynamodb.table = "deliveries";
  EXPECT_TRUE(check_settings(settings, Role::work));
}

TEST(Checks, ReceiversThatWaitForEventsTakeNoConnectionFromOtherCalls) {
  auto settings = deliverable();
  settings.aws_requests_max = 64;
  settings.queue_kind = "aws";
  for (const int receivers : {1, 2, 64}) {
    settings.worker.receivers = receivers;
    const int all = aws_connections(settings);
    EXPECT_GE(all - all / 8 - 2 * receivers, 64) << receivers;
  }
  settings.queue_kind = "postgres";
  EXPECT_LT(aws_connections(settings), 80);
}

TEST(Checks, OnlyWhoSendsNeedsAnAccount) {
  const Settings nothing;
  EXPECT_TRUE(check_settings(nothing, Role::serve));
  const auto checked = check_settings(nothing, Role::work);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("twilio-account-sid"), std::string::npos) << checked.error().message;
}

TEST(Checks, TheLeaseIsHeldAgainstTheRequestTimeoutThatIsUsed) {
  auto settings = deliverable();
  settings.twilio.request_timeout = std::chrono::seconds{61};
  EXPECT_FALSE(check_settings(settings, Role::work));
  EXPECT_EQ(worker_settings(settings).delivery.request_timeout, std::chrono::seconds{61});
}

TEST(AdminAddress, IsTheRolesOwnUnlessOneIsGiven) {
  Settings settings;
  EXPECT_EQ(admin_address(settings, Role::serve), "127.0.0.1:9101");
  EXPECT_EQ(admin_address(settings, Role::work), "127.0.0.1:9102");
  EXPECT_EQ(admin_address(settings, Role::poll), "127.0.0.1:9103");
  EXPECT_EQ(admin_address(settings, Role::simulate), "127.0.0.1:9104");
  settings.admin_listen = "0.0.0.0:9000";
  EXPECT_EQ(admin_address(settings, Role::work), "0.0.0.0:9000");
}

}  // namespace
}  // namespace bizcomms::app
