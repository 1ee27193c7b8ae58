// The Twilio token is rotated while the roles run: sending goes on, webhooks are accepted, nobody fails, and nothing is restarted.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "bizcomms/twilio/signature.hpp"
#include "bizcomms/twilio/webhooks.hpp"
#include "support/aws/moto.hpp"
#include "system/once_each.hpp"

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;

constexpr int k_listeners = 12;
const std::string k_old = "00112233445566778899aabbccddeeff";
const std::string k_new = "ffeeddccbbaa99887766554433221100";

class Rotation : public testing::Test {
protected:
  // All roles with what `token` points to, and people to write to.
  void start(const std::string& token, Environment more) {
    more.merge(fast());
    more["BIZCOMMS_TWILIO_AUTH_TOKEN"] = token;
    cell = std::make_unique<Cell>(more);
    cell->start_simulator();
    cell->start_serve();
    cell->start_work();
    make_recipients(*cell, k_listeners);
  }
  void change_at_twilio(const std::string& token) const {
    EXPECT_EQ(cell->simulator("PUT", "/simulator/account", R"({"auth_token":")" + token + R"("})").status, 204);
  }
  void expect_all_delivered(const std::string& alert) const {
    ASSERT_TRUE(cell->completes(alert));
    EXPECT_TRUE(eventually([&] { return cell->counts(alert)["delivered"] == k_listeners; }));
    EXPECT_EQ(cell->counts(alert)["failed"], 0);
  }
  // What serve answers to an SMS that somebody signed.
  [[nodiscard]] int webhook(const std::string& token) const {
    const http::Parameters form{
        {"MessageSid", "SM00000000000000000000000000000001"}, {"From", number(1)}, {"To", "+15005550006"}, {"Body", "Hi"}};
    const auto url = "http://" + cell->api_address() + twilio::k_inbound_message_path;
    return cell
        ->call("POST", twilio::k_inbound_message_path, http::to_form(form),
               {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Twilio-Signature", twilio::signature(Secret(token), url, form)}})
        .status;
  }
  void expect_no_secret_in_logs() const {
    for (const auto& output : {cell->serve().output(), cell->work().output()}) {
      EXPECT_EQ(output.find(k_old), std::string::npos);
      EXPECT_EQ(output.find(k_new), std::string::npos);
    }
  }

  std::unique_ptr<Cell> cell;
};

TEST_F(Rotation, ATokenInAwsIsReadAgainWhereTwilioRefusesIt) {
  if (const auto why = missing_emulators({"moto"}); !why.empty()) { GTEST_SKIP() << why; }
  const auto name = "rotation-" + std::to_string(getpid());
  Moto::shared().create_secret(name, R"({"auth_token":")" + k_old + R"("})");
  start("aws-secret:" + name + "#auth_token", {{"AWS_ACCESS_KEY_ID", "test"},
                                               {"AWS_SECRET_ACCESS_KEY", "test"},
                                               {"AWS_REGION", k_aws_region},
                                               {"AWS_ENDPOINT_URL", Moto::shared().url()},
                                               {"BIZCOMMS_SECRET_REFRESH", "24h"}});
  expect_all_delivered(cell->post_alert(k_to_all));
  const auto during = cell->post_alert(R"({"title":"During","message":"It is being changed."})");
  Moto::shared().put_secret(name, R"({"auth_token":")" + k_new + R"("})");
  change_at_twilio(k_new);
  expect_all_delivered(during);
  expect_all_delivered(cell->post_alert(R"({"title":"After","message":"It has been changed."})"));
  for (const auto& [phone, messages] : taken_by_phone(*cell)) { EXPECT_EQ(messages, 3) << phone; }
  EXPECT_EQ(webhook(k_new), 204);
  EXPECT_EQ(webhook(k_old), 204) << "it may have been signed just before";
  EXPECT_EQ(webhook("00000000000000000000000000000000"), 403);
  expect_no_secret_in_logs();
}

TEST_F(Rotation, SendingWaitsForTheNewTokenInAFileAndNobodyFails) {
  const auto file = std::filesystem::temp_directory_path() / ("bizcomms-token-" + std::to_string(getpid()));
  std::ofstream(file) << k_old << '\n';
  start("file:" + file.string(), {{"BIZCOMMS_SECRET_REFRESH", "1s"}});
  expect_all_delivered(cell->post_alert(k_to_all));
  change_at_twilio(k_new);
  const auto alert = cell->post_alert(R"({"title":"During","message":"Twilio knows it, we do not."})");
  ASSERT_TRUE(eventually([&] { return cell->work_metric("bizcomms_breaker_open") == 1; }));
  std::ofstream(file) << k_new << '\n';
  expect_all_delivered(alert);
  for (const auto& [phone, messages] : taken_by_phone(*cell)) { EXPECT_EQ(messages, 2) << phone; }
  EXPECT_EQ(webhook(k_new), 204);
  expect_no_secret_in_logs();
  std::filesystem::remove(file);
}

TEST_F(Rotation, GivenApiKeysAreReadAgainWhereOneIsNotKnown) {
  const auto file = std::filesystem::temp_directory_path() / ("bizcomms-keys-" + std::to_string(getpid()));
  const std::string before = "bzk_" + std::string(43, 'a');
  const std::string after = "bzk_" + std::string(43, 'b');
  std::ofstream(file) << "caller=" << before << '\n';
  Environment more = fast();
  more["BIZCOMMS_API_KEYS"] = "file:" + file.string();
  more["BIZCOMMS_SECRET_REFRESH"] = "24h";
  cell = std::make_unique<Cell>(more);
  cell->start_serve();
  const auto status = [&](const std::string& key) { return cell->call("GET", "/v1/alerts", "", {{"X-API-Key", key}}).status; };
  EXPECT_EQ(status(before), 200);
  std::ofstream(file) << "caller=" << after << '\n';
  EXPECT_TRUE(eventually([&] { return status(after) == 200; }));
  EXPECT_EQ(cell->serve().output().find(after), std::string::npos);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace bizcomms::test
