#include "app/checks.hpp"

#include <gtest/gtest.h>

#include "app/admin_server.hpp"
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

TEST(Checks, WhatThisBuildDoesNotHaveIsSaidPlainly) {
  auto settings = deliverable();
  settings.queue_kind = "aws";
  const auto checked = check_settings(settings, Role::serve);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message, "queue is aws, which this build does not have; use postgres.");
  settings.queue_kind = "postgres";
  settings.ledger_kind = "aws";
  EXPECT_FALSE(check_settings(settings, Role::work));
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
