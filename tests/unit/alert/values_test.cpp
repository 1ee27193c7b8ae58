#include "bizcomms/alert/values.hpp"

#include <gtest/gtest.h>

namespace bizcomms::alert {
namespace {

TEST(Values, NamesReadBackAsThemselves) {
  for (const auto value : {Priority::low, Priority::normal, Priority::high, Priority::critical}) {
    EXPECT_EQ(parse_priority(to_string(value)), value);
  }
  for (const auto value : {DeliveryMethod::sms, DeliveryMethod::voice, DeliveryMethod::both}) {
    EXPECT_EQ(parse_delivery_method(to_string(value)), value);
  }
  for (const auto value : {Channel::sms, Channel::voice}) { EXPECT_EQ(parse_channel(to_string(value)), value); }
  for (int i = 0; i < 5; ++i) { EXPECT_EQ(parse_alert_status(to_string(static_cast<AlertStatus>(i))), static_cast<AlertStatus>(i)); }
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(parse_delivery_status(to_string(static_cast<DeliveryStatus>(i))), static_cast<DeliveryStatus>(i));
  }
}

TEST(Values, SayTheProductsWords) {
  EXPECT_EQ(to_string(Priority::critical), "critical");
  EXPECT_EQ(to_string(DeliveryMethod::both), "both");
  EXPECT_EQ(to_string(AlertStatus::queued), "queued");
  EXPECT_EQ(to_string(DeliveryStatus::unknown), "unknown");
  EXPECT_EQ(to_string(Lane::urgent), "urgent");
}

TEST(Values, RefuseOtherWords) {
  EXPECT_FALSE(parse_priority("High"));
  EXPECT_FALSE(parse_priority(""));
  EXPECT_FALSE(parse_delivery_method("email"));
  EXPECT_FALSE(parse_alert_status("done"));
  EXPECT_FALSE(parse_delivery_status("read"));
  EXPECT_FALSE(parse_channel("both"));
}

TEST(Values, OnlyHighAndCriticalAreUrgent) {
  EXPECT_EQ(lane_of(Priority::low), Lane::standard);
  EXPECT_EQ(lane_of(Priority::normal), Lane::standard);
  EXPECT_EQ(lane_of(Priority::high), Lane::urgent);
  EXPECT_EQ(lane_of(Priority::critical), Lane::urgent);
}

TEST(Values, AMethodUsesItsChannels) {
  EXPECT_TRUE(uses(DeliveryMethod::sms, Channel::sms));
  EXPECT_FALSE(uses(DeliveryMethod::sms, Channel::voice));
  EXPECT_FALSE(uses(DeliveryMethod::voice, Channel::sms));
  EXPECT_TRUE(uses(DeliveryMethod::both, Channel::sms));
  EXPECT_TRUE(uses(DeliveryMethod::both, Channel::voice));
}

TEST(Values, ARecipientIsReachedOnEnabledChannels) {
  EXPECT_TRUE(channel_enabled({}, Channel::sms));
  EXPECT_FALSE(channel_enabled({}, Channel::voice));
  EXPECT_FALSE(channel_enabled({.sms_enabled = false, .voice_enabled = true}, Channel::sms));
  EXPECT_TRUE(channel_enabled({.sms_enabled = false, .voice_enabled = true}, Channel::voice));
}

}  // namespace
}  // namespace bizcomms::alert
