#include <gtest/gtest.h>

#include "bizcomms/alert/validation.hpp"
#include "unit/api/api_on_fakes.hpp"

namespace bizcomms::api {
namespace {

class Standby : public testing::Test {
protected:
  Standby() {
    alert = fakes.post_alert();
    fakes.takes_changes = false;
  }
  ApiOnFakes fakes;
  std::string alert;
};

TEST_F(Standby, ReadsAreAnswered) {
  EXPECT_EQ(fakes.ask("GET", "/v1/alerts").status, 200);
  EXPECT_EQ(fakes.ask("GET", "/v1/alerts/" + alert + "/status").status, 200);
  EXPECT_EQ(fakes.ask("GET", "/v1/recipients").status, 200);
}

TEST_F(Standby, ChangesAreRefusedForNow) {
  const auto refused = fakes.ask("POST", "/v1/alerts", R"({"title":"T","message":"M"})");
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.header("Retry-After"), "");
  EXPECT_NE(refused.text("detail").find("standby"), std::string::npos) << refused.text("detail");
  EXPECT_EQ(fakes.ask("PUT", "/v1/alerts/" + alert, R"({"title":"U"})").status, 503);
  EXPECT_EQ(fakes.ask("DELETE", "/v1/alerts/" + alert).status, 503);
  EXPECT_EQ(fakes.ask("POST", "/v1/recipients", R"({"name":"A","phone_number":"+15551230001"})").status, 503);
  EXPECT_EQ(fakes.ask("GET", "/v1/alerts/" + alert).text("status"), "queued");
}

TEST_F(Standby, AKeyIsAskedForFirst) { EXPECT_EQ(fakes.ask_as("wrong", "POST", "/v1/alerts", "{}").status, 401); }

// The ledger may lie in a table that is writable in every region.
TEST_F(Standby, CallbacksAreSentAgainLater) {
  const auto refused = fakes.call_back("/v1/webhooks/twilio/message-status", {{"MessageSid", "SM1"}, {"MessageStatus", "sent"}});
  EXPECT_EQ(refused.status, 503);
}

}  // namespace
}  // namespace bizcomms::api
