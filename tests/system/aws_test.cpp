// What the real binary has with AWS alone: its way through topic, queues and table, what `check` says of them, and secrets. All else runs
// on both grounds (system/on_ground.hpp).
#include <gtest/gtest.h>

#include "support/aws/cloud.hpp"
#include "support/aws/moto.hpp"
#include "system/once_each.hpp"

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;

constexpr int k_people = 42;

class OnAws : public testing::Test {
protected:
  void SetUp() override {
    if (const auto why = Cloud::missing(); !why.empty()) { GTEST_SKIP() << why; }
    cloud = std::make_unique<Cloud>();
    auto options = fast();
    options.insert(cloud->options().begin(), cloud->options().end());
    options["BIZCOMMS_SQS_POLL"] = "1s";
    cell = std::make_unique<Cell>(options);
    cell->start_simulator();
    cell->start_serve();
    make_recipients(*cell, k_people);
  }
  void expect_each_gets(const std::string& alert) {
    ASSERT_TRUE(cell->completes(alert, 120s)) << cell->call("GET", "/v1/alerts/" + alert + "/status").body;
    expect_each_once(*cell, k_people);
  }

  std::unique_ptr<Cloud> cloud;
  std::unique_ptr<Cell> cell;
};

TEST_F(OnAws, AnAlertReachesEachPhoneOnceThroughTopicQueueAndTable) {
  cell->start_work();
  const auto alert = cell->post_alert(k_to_all);
  expect_each_gets(alert);
  EXPECT_GT(cloud->published(), 0);
  EXPECT_TRUE(eventually([&] { return cell->counts(alert)["delivered"] == k_people; }));
  EXPECT_EQ(cell->counts(alert)["sent"], k_people);
  const auto status = cell->call("GET", "/v1/alerts/" + alert + "/status?limit=200");
  EXPECT_EQ(status.json()["deliveries"].elements().size(), static_cast<std::size_t>(k_people));
  EXPECT_EQ(Postgres::ask(cell->database(), "SELECT count(*)::text FROM deliveries"), "0");
}

TEST_F(OnAws, UrgentAlertsHaveAQueueOfTheirOwn) {
  cell->start_work();
  expect_each_gets(cell->post_alert(R"({"title":"Fire","message":"Leave.","priority":"critical"})"));
}

TEST_F(OnAws, CheckTriesEverythingAndSaysWhatIsWrong) {
  const auto good = cell->command({"check"}, {{"BIZCOMMS_QUEUE_VISIBILITY", "30s"}});  // as the queues have it
  EXPECT_EQ(good.code, 0) << good.output;
  for (const auto* what : {"ok      database", "ok      credentials", "ok      queue", "ok      ledger"}) {
    EXPECT_NE(good.output.find(what), std::string::npos) << good.output;
  }
  const auto bad = cell->command({"check"}, {{"BIZCOMMS_DYNAMODB_TABLE", "no-such-table"}});
  EXPECT_EQ(bad.code, 1) << bad.output;
  EXPECT_NE(bad.output.find("FAILED  ledger"), std::string::npos) << bad.output;
  EXPECT_NE(bad.output.find("has a visibility timeout of 30 s; 2 s is set here"), std::string::npos) << bad.output;
  const auto elsewhere = cell->command({"check"}, {{"BIZCOMMS_SNS_TOPIC", "arn:aws:sns:eu-west-1:000000000000:others"}});
  EXPECT_NE(elsewhere.output.find("SNS does not have the topic arn:aws:sns:eu-west-1:000000000000:others"), std::string::npos)
      << elsewhere.output;
}

TEST(AwsSecret, StandsForAnOptionsValue) {
  if (const auto why = missing_emulators({"moto"}); !why.empty()) { GTEST_SKIP() << why; }
  Moto::shared().create_secret("cell/twilio", R"({"auth_token":"0123456789abcdef0123456789abcdef"})");
  const Environment aws{{"AWS_ACCESS_KEY_ID", "test"},
                        {"AWS_SECRET_ACCESS_KEY", "test"},
                        {"AWS_REGION", k_aws_region},
                        {"AWS_ENDPOINT_URL", Moto::shared().url()}};
  const auto configured = [&](const std::string& token) {
    Environment options = aws;
    options["BIZCOMMS_TWILIO_AUTH_TOKEN"] = token;
    return run({binary(), "config"}, options);
  };
  const auto known = configured("aws-secret:cell/twilio#auth_token");
  EXPECT_EQ(known.code, 0) << known.output;
  EXPECT_EQ(known.output.find("0123456789abcdef"), std::string::npos) << "it is masked";
  const auto unknown = configured("aws-secret:cell/nothing#auth_token");
  EXPECT_NE(unknown.code, 0);
  EXPECT_NE(unknown.output.find("twilio-auth-token points to AWS Secrets Manager, which does not give it"), std::string::npos)
      << unknown.output;
  EXPECT_NE(configured("aws-secret:cell/twilio#none").output.find("none"), std::string::npos);
}

}  // namespace
}  // namespace bizcomms::test
