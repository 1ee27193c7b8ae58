#include "api/cursor.hpp"

#include <gtest/gtest.h>

#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::api {
namespace {

const alert::AlertId k_alert{Uuid::at(Time{Millis{1'767'268'800'000}})};
const Uuid k_last = Uuid::at(Time{Millis{1'767'268'800'123}});

TEST(Cursors, ReadWhatTheyWrote) {
  const Cursors alerts(List::alerts, "queued - - -");
  EXPECT_EQ(alerts.read(alerts.after(k_last)), k_last);
  const Cursors deliveries(List::deliveries, "x");
  for (const auto batch : {1, 255, 70'000, 2'147'483'647}) {
    const alert::DeliveryId id{k_alert, batch, {k_last}, alert::Channel::voice};
    EXPECT_EQ(deliveries.read_delivery(deliveries.after(id), k_alert), id);
  }
}

TEST(Cursors, RefuseThoseOfOthers) {
  const auto cursor = Cursors(List::alerts, "a").after(k_last);
  EXPECT_FALSE(Cursors(List::alerts, "b").read(cursor));
  EXPECT_FALSE(Cursors(List::recipients, "a").read(cursor));
  EXPECT_FALSE(Cursors(List::alerts, "a").read_delivery(cursor, k_alert));
}

TEST(Cursors, RefuseWhatIsNone) {
  const Cursors alerts(List::alerts, "a");
  const auto cursor = alerts.after(k_last);
  EXPECT_FALSE(alerts.read(""));
  EXPECT_FALSE(alerts.read("!"));
  EXPECT_FALSE(alerts.read(std::string(1'000, 'A')));
  EXPECT_FALSE(alerts.read(cursor.substr(0, cursor.size() - 2)));
  EXPECT_FALSE(alerts.read(cursor + "AAAA"));
  const Cursors deliveries(List::deliveries, "a");
  auto bytes = *crypto::from_base64url(deliveries.after(alert::DeliveryId{k_alert, 1, {k_last}, alert::Channel::sms}));
  bytes.back() = 2;  // no such channel
  const auto forged = crypto::to_base64url(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
  EXPECT_FALSE(deliveries.read_delivery(forged, k_alert));
}

}  // namespace
}  // namespace bizcomms::api
