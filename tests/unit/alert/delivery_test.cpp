#include "bizcomms/alert/delivery.hpp"

#include <gtest/gtest.h>

namespace bizcomms::alert {
namespace {

DeliveryId some_id() {
  static const ManualClock clock;
  static IdSource ids(clock, 1);
  return {.alert = ids.next<AlertId>(), .batch = 12, .recipient = ids.next<RecipientId>(), .channel = Channel::voice};
}

TEST(DeliveryId, TravelsAsTextAndBack) {
  const DeliveryId id = some_id();
  const std::string text = id.to_string();
  EXPECT_TRUE(text.ends_with(".v"));
  EXPECT_EQ(text.find('_'), std::string::npos);
  EXPECT_EQ(DeliveryId::parse(text), id);
  DeliveryId sms = id;
  sms.channel = Channel::sms;
  sms.batch = 0;
  EXPECT_EQ(DeliveryId::parse(sms.to_string()), sms);
}

TEST(DeliveryId, RefusesWhatItNeverWrote) {
  const DeliveryId id = some_id();
  const std::string alert = id.alert.uuid.to_base32();
  const std::string recipient = id.recipient.uuid.to_base32();
  EXPECT_TRUE(DeliveryId::parse(alert + ".1." + recipient + ".s"));
  for (const std::string& wrong :
       {std::string(), std::string("..."), alert + ".1." + recipient, alert + ".1." + recipient + ".x", alert + ".1." + recipient + ".s.",
        alert + ".01." + recipient + ".s", alert + ".-1." + recipient + ".s", alert + ".+1." + recipient + ".s", alert + "..",
        alert + "." + recipient + ".1.s", alert + ".4294967296." + recipient + ".s", alert + ".1 ." + recipient + ".s",
        id.alert.to_string() + ".1." + recipient + ".s", alert + ".1." + recipient + ".S"}) {
    EXPECT_FALSE(DeliveryId::parse(wrong)) << wrong;
  }
}

TEST(DeliveryId, OrdersByAlertBatchRecipientChannel) {
  const DeliveryId a = some_id();
  DeliveryId b = a;
  b.batch = 13;
  EXPECT_LT(a, b);
  b.alert = some_id().alert;
  b.batch = 1;
  EXPECT_LT(a, b);
}

TEST(Counts, PutEveryDeliveryInExactlyOneOfFour) {
  Counts counts;
  for (int i = 0; i < 7; ++i) { counts.count(static_cast<DeliveryStatus>(i)); }
  EXPECT_EQ(counts, (Counts{.sent = 2, .delivered = 1, .failed = 1, .pending = 3, .cancelled = 1}));
  EXPECT_EQ(counts.sent + counts.failed + counts.pending + counts.cancelled, 7);
}

TEST(Counts, AddUp) {
  Counts sum{.sent = 1, .delivered = 1, .failed = 2, .pending = 3, .cancelled = 4};
  sum += Counts{.sent = 10, .delivered = 5, .failed = 20, .pending = 30, .cancelled = 40};
  EXPECT_EQ(sum, (Counts{.sent = 11, .delivered = 6, .failed = 22, .pending = 33, .cancelled = 44}));
}

}  // namespace
}  // namespace bizcomms::alert
