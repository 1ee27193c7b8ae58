// The contract suite of the queue on SNS and SQS, as moto and ElasticMQ play them.
#include <fmt/format.h>

#include <map>

#include "bizcomms/aws/queue.hpp"
#include "contract/queue_contract.hpp"
#include "support/aws/elasticmq.hpp"
#include "support/aws/moto.hpp"

namespace bizcomms::contract {
namespace {

using aws::Service;
using std::chrono::seconds;

// A name for the queues and topics of one subject.
std::string fresh_name() {
  static int subjects = 0;
  return fmt::format("subject-{}", ++subjects);
}

// The queues that a test has for itself.
struct Queues {
  test::Queue urgent;
  test::Queue urgent_letters;
  test::Queue standard;
  test::Queue standard_letters;

  Queues(test::Queues& sqs, const std::string& name, int receives_max, bool shared_letters)
      : urgent_letters(sqs.create(name + "-urgent-letters")),
        standard_letters(shared_letters ? urgent_letters : sqs.create(name + "-standard-letters")) {
    urgent = sqs.create(name + "-urgent", urgent_letters, receives_max);
    standard = sqs.create(name + "-standard", standard_letters, receives_max);
  }

  [[nodiscard]] aws::SqsSettings settings(const alert::QueueSettings& queue, const std::string& topic_arn = "") const {
    return {.topic_arn = topic_arn,
            .standard = {.url = standard.url, .dead_letters_url = standard_letters.url},
            .urgent = {.url = urgent.url, .dead_letters_url = urgent_letters.url},
            .queue = queue,
            .letters_poll = seconds{0}};  // an emulator has but one server to ask
  }
};

class AwsQueueSubject final : public QueueSubject {
public:
  AwsQueueSubject(std::map<Service, std::string> endpoints, const aws::SqsSettings& settings)
      : m_client({.region = test::k_aws_region, .endpoints = std::move(endpoints)}, m_credentials, m_http, m_clock, Log::silent(),
                 m_metrics),
        m_queue(settings, m_client, m_clock, Log::silent(), m_metrics),
        m_rounded(std::chrono::ceil<seconds>(settings.queue.visibility) - settings.queue.visibility) {}

  alert::EventQueue& queue() override { return m_queue; }
  aws::SqsQueue& sqs() { return m_queue; }
  // SQS rounds the visibility timeout up to whole seconds: what is to outlast it lasts longer by so much.
  void pass(Millis time) override { sleep_for({}, time + m_rounded); }

private:
  SystemClock m_clock;
  Metrics m_metrics;
  http::CurlClient m_http{{}, Log::silent(), m_metrics};
  aws::FixedCredentials m_credentials{{.id = "AKIAIOSFODNN7EXAMPLE", .secret = Secret("secret")}};
  aws::Client m_client;
  aws::SqsQueue m_queue;
  Millis m_rounded;
};

// Published to a topic that brings each lane's events to its queue; a dead letter queue for each lane.
std::unique_ptr<QueueSubject> on_moto(const alert::QueueSettings& settings, bool raw) {
  test::Moto& moto = test::Moto::shared();
  const std::string name = fresh_name();
  const Queues queues(moto.queues(), name, settings.receives_max, false);
  const std::string topic = moto.create_topic(name);
  moto.subscribe(topic, queues.urgent, R"({"lane":["urgent"]})", raw);
  moto.subscribe(topic, queues.standard, R"({"lane":["standard"]})", raw);
  const std::map<Service, std::string> endpoints{{Service::sqs, moto.url()}, {Service::sns, moto.url()}};
  return std::make_unique<AwsQueueSubject>(endpoints, queues.settings(settings, topic));
}

// Without a topic; one dead letter queue for both lanes.
std::unique_ptr<QueueSubject> on_elasticmq(const alert::QueueSettings& settings) {
  test::ElasticMq& elasticmq = test::ElasticMq::shared();
  const Queues queues(elasticmq.queues(), fresh_name(), settings.receives_max, true);
  return std::make_unique<AwsQueueSubject>(std::map<Service, std::string>{{Service::sqs, elasticmq.url()}}, queues.settings(settings));
}

std::vector<QueueSubjectMaker> where_installed(const char* emulator, const QueueSubjectMaker& maker) {
  return test::missing_emulators({emulator}).empty() ? std::vector{maker} : std::vector<QueueSubjectMaker>{};
}

TEST(AwsQueue, TheSuiteRunsOnBothEmulators) {
  if (const auto why = test::missing_emulators({"moto", "elasticmq"}); !why.empty()) { GTEST_SKIP() << why; }
}

TEST(AwsQueue, CheckAsksTheTopicForTheQueuesSubscriptions) {
  if (const auto why = test::missing_emulators({"moto"}); !why.empty()) { GTEST_SKIP() << why; }
  test::Moto& moto = test::Moto::shared();
  const std::string name = fresh_name();
  const alert::QueueSettings as_made{.visibility = seconds{30}, .receives_max = 3, .retention = std::chrono::hours{96}};  // by moto
  const Queues queues(moto.queues(), name, as_made.receives_max, false);
  const std::string topic = moto.create_topic(name);
  const std::map<Service, std::string> endpoints{{Service::sqs, moto.url()}, {Service::sns, moto.url()}};
  AwsQueueSubject subject(endpoints, queues.settings(as_made, topic));
  const auto finding = [&] {
    const auto checked = subject.sqs().check();
    return checked ? "" : checked.error().message;
  };
  moto.subscribe(topic, queues.urgent, R"({"lane":["urgent"]})");
  EXPECT_EQ(finding(), "The standard queue is not subscribed to the topic: no events come.");
  moto.subscribe(topic, queues.standard, R"({"lane":["standard"]})");
  EXPECT_EQ(finding(), "");
  AwsQueueSubject elsewhere(endpoints, queues.settings(as_made, topic + "-gone"));
  EXPECT_EQ(elsewhere.sqs().check().error().code, ErrorCode::misconfigured);
}

INSTANTIATE_TEST_SUITE_P(MotoRaw, QueueContract,
                         testing::ValuesIn(where_installed("moto", {"moto, raw", [](const auto& s) { return on_moto(s, true); }})));
INSTANTIATE_TEST_SUITE_P(MotoWrapped, QueueContract,
                         testing::ValuesIn(where_installed("moto", {"moto, wrapped", [](const auto& s) { return on_moto(s, false); }})));
INSTANTIATE_TEST_SUITE_P(ElasticMq, QueueContract, testing::ValuesIn(where_installed("elasticmq", {"elasticmq", on_elasticmq})));

}  // namespace
}  // namespace bizcomms::contract
