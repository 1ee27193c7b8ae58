#include "bizcomms/alert/delivery.hpp"

#include <fmt/format.h>
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
  const auto filled = [&](std::string_view pattern) {
    return fmt::format(fmt::runtime(pattern), fmt::arg("a", alert), fmt::arg("r", recipient));
  };
  EXPECT_TRUE(DeliveryId::parse(filled("{a}.1.{r}.s")));
  for (const char* wrong :
       {"", "...", "{a}.1.{r}", "{a}.1.{r}.x", "{a}.1.{r}.S", "{a}.1.{r}.s.", "{a}.01.{r}.s", "{a}.-1.{r}.s", "{a}.+1.{r}.s", "{a}..",
        "{a}.{r}.1.s", "{a}.4294967296.{r}.s", "{a}.1 .{r}.s", "alert_{a}.1.{r}.s", "{a}..{r}.s"}) {
    EXPECT_FALSE(DeliveryId::parse(filled(wrong))) << wrong;
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
