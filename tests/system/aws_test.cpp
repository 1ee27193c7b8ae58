// What the real binary has with AWS alone: its way through topic, queues and table, what `check` says of them, and secrets. All else runs
// on both grounds (system/on_ground.hpp).
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

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

TEST(AwsSecret, IsReadUnderTheAuthoritiesOfTheCaFile) {
  if (const auto why = missing_emulators({"moto"}); !why.empty()) { GTEST_SKIP() << why; }
  const auto folder = std::filesystem::temp_directory_path() / ("bizcomms-authority-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto certificate = (folder / "certificate.pem").string();
  const auto key = (folder / "key.pem").string();
  const auto made = run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                         "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate});
  ASSERT_EQ(made.code, 0) << made.output;
  const auto address = free_address();
  Process moto({(emulator_folder("moto") / "bin" / "python").string(), "-m", "moto.server", "-H", "127.0.0.1", "-p",
                address.substr(address.find(':') + 1), "-s", "-c", certificate, "-k", key});
  ASSERT_TRUE(moto.wait_for_line([](const std::string& line) { return line.find("Running on") != std::string::npos; }, 60s))
      << moto.output();
  Environment options{{"AWS_ACCESS_KEY_ID", "test"},
                      {"AWS_SECRET_ACCESS_KEY", "test"},
                      {"AWS_REGION", k_aws_region},
                      {"AWS_ENDPOINT_URL", "https://" + address},
                      {"BIZCOMMS_TWILIO_AUTH_TOKEN", "aws-secret:cell/none"}};
  const auto unknown = "Secrets Manager does not have the secret";  // so it was asked
  EXPECT_EQ(run({binary(), "config"}, options).output.find(unknown), std::string::npos);
  options["BIZCOMMS_CA_FILE"] = certificate;
  const auto trusted = run({binary(), "config"}, options);
  EXPECT_NE(trusted.output.find(unknown), std::string::npos) << trusted.output;
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace bizcomms::test
