// From a topic to the queues of two lanes: on moto, and through the forwarder that stands in SNS's place before ElasticMQ.
#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "support/aws/elasticmq.hpp"
#include "support/aws/moto.hpp"
#include "support/aws/sns_forwarder.hpp"

namespace bizcomms::test {
namespace {

struct Lanes {
  Queue urgent;
  Queue standard;
};

Lanes lanes_in(Queues& queues) { return {queues.create("urgent"), queues.create("standard")}; }

void add_entry(http::Parameters& parameters, const std::string& prefix, const std::string& message, const std::string& lane) {
  parameters.emplace_back(prefix + "Message", message);
  int number = 0;
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"lane", lane}, {"kind", "alert_created"}}) {
    const auto at = fmt::format("{}MessageAttributes.entry.{}.", prefix, ++number);
    parameters.insert(parameters.end(), {{at + "Name", name}, {at + "Value.DataType", "String"}, {at + "Value.StringValue", value}});
  }
}

http::Parameters publish(const std::string& topic, const std::string& message, const std::string& lane) {
  http::Parameters parameters{{"Action", "Publish"}, {"Version", "2010-03-31"}, {"TopicArn", topic}};
  add_entry(parameters, "", message, lane);
  return parameters;
}

struct Entry {
  std::string message;
  std::string lane;
};

http::Parameters publish_batch(const std::string& topic, const std::vector<Entry>& entries) {
  http::Parameters parameters{{"Action", "PublishBatch"}, {"Version", "2010-03-31"}, {"TopicArn", topic}};
  for (std::size_t number = 1; number <= entries.size(); ++number) {
    const auto prefix = fmt::format("PublishBatchRequestEntries.member.{}.", number);
    parameters.emplace_back(prefix + "Id", fmt::format("entry-{}", number));
    add_entry(parameters, prefix, entries[number - 1].message, entries[number - 1].lane);
  }
  return parameters;
}

// Every message as text, so that two emulators' can be compared.
std::multiset<std::string> taken(Queues& queues, const Queue& queue, std::size_t count) {
  std::multiset<std::string> texts;
  for (const auto& message : queues.take(queue, count)) {
    texts.insert(fmt::format("{} lane={} kind={}", message.body, message.attributes.at("lane"), message.attributes.at("kind")));
  }
  return texts;
}

std::vector<std::multiset<std::string>> published(EmulatorClient& sns, const std::string& topic, Queues& queues, const Lanes& lanes) {
  static_cast<void>(body_of(sns.form("sns", publish(topic, R"({"id":"alone & <first>"})", "urgent"))));
  static_cast<void>(body_of(sns.form("sns", publish(topic, "for nobody", "leisurely"))));
  const auto answer =
      body_of(sns.form("sns", publish_batch(topic, {{"a", "urgent"}, {"b", "standard"}, {"c \xC3\xA9", "standard"}, {"d", "other"}})));
  EXPECT_NE(element_of(answer, "Successful").find("<Id>entry-4</Id>"), std::string::npos) << answer;
  std::vector<std::multiset<std::string>> all{taken(queues, lanes.urgent, 2), taken(queues, lanes.standard, 2)};
  EXPECT_TRUE(queues.receive(lanes.urgent).empty());
  EXPECT_TRUE(queues.receive(lanes.standard).empty());
  return all;
}

std::vector<std::multiset<std::string>> published_through_moto() {
  auto& moto = Moto::shared();
  const auto lanes = lanes_in(moto.queues());
  const auto topic = moto.create_topic("alerts");
  moto.subscribe(topic, lanes.urgent, R"({"lane":["urgent"]})");
  moto.subscribe(topic, lanes.standard, R"({"lane":["standard"]})");
  return published(moto.client(), topic, moto.queues(), lanes);
}

TEST(Topic, TheForwarderAndMotoBringTheSameMessagesToTheSameQueues) {
  if (const auto why = missing_emulators({"moto", "elasticmq"}); !why.empty()) { GTEST_SKIP() << why; }
  auto& elasticmq = ElasticMq::shared();
  const auto lanes = lanes_in(elasticmq.queues());
  const SnsForwarder forwarder(elasticmq.url(), {{"urgent", lanes.urgent}, {"standard", lanes.standard}});
  EmulatorClient sns(forwarder.url());
  const auto forwarded = published(sns, SnsForwarder::topic_arn(), elasticmq.queues(), lanes);
  const std::vector<std::multiset<std::string>> expected{
      {R"({"id":"alone & <first>"} lane=urgent kind=alert_created)", "a lane=urgent kind=alert_created"},
      {"b lane=standard kind=alert_created", "c \xC3\xA9 lane=standard kind=alert_created"}};
  EXPECT_EQ(forwarded, expected);
  EXPECT_EQ(published_through_moto(), expected);
}

class Forwarder : public testing::Test {
protected:
  void SetUp() override {
    if (const auto why = missing_emulators({"elasticmq"}); !why.empty()) { GTEST_SKIP() << why; }
    m_lanes = lanes_in(queues());
    m_forwarder = std::make_unique<SnsForwarder>(ElasticMq::shared().url(),
                                                 std::map<std::string, Queue>{{"urgent", m_lanes.urgent}, {"standard", m_lanes.standard}});
    m_sns = std::make_unique<EmulatorClient>(m_forwarder->url());
  }
  static Queues& queues() { return ElasticMq::shared().queues(); }

  Lanes m_lanes;
  std::unique_ptr<SnsForwarder> m_forwarder;
  std::unique_ptr<EmulatorClient> m_sns;
};

TEST_F(Forwarder, SaysOfEachEntryWhetherItWasTaken) {
  m_forwarder->fail_next(1);
  const auto answer =
      body_of(m_sns->form("sns", publish_batch(SnsForwarder::topic_arn(), {{"a", "urgent"}, {"", "urgent"}, {"c", "standard"}})));
  const auto failed = element_of(answer, "Failed");
  EXPECT_NE(failed.find("<Id>entry-1</Id><Code>InternalError</Code>"), std::string::npos) << answer;
  EXPECT_NE(failed.find("<Id>entry-2</Id><Code>InvalidParameter</Code>"), std::string::npos) << answer;
  EXPECT_EQ(element_of(element_of(answer, "Successful"), "Id"), "entry-3");
  EXPECT_EQ(queues().take(m_lanes.standard, 1).size(), 1U);
  EXPECT_TRUE(queues().receive(m_lanes.urgent).empty());
}

TEST_F(Forwarder, RefusesAsSnsDoes) {
  const auto nowhere = m_sns->form("sns", publish("arn:aws:sns:eu-west-1:000000000000:other", "a", "urgent"));
  EXPECT_EQ(nowhere.status, 404);
  EXPECT_EQ(element_of(nowhere.body, "Code"), "NotFound");
  const auto many = m_sns->form("sns", publish_batch(SnsForwarder::topic_arn(), std::vector<Entry>(11, {"a", "urgent"})));
  EXPECT_EQ(many.status, 400);
  EXPECT_EQ(element_of(many.body, "Code"), "TooManyEntriesInBatchRequest");
  m_forwarder->fail_next(1);
  EXPECT_EQ(m_sns->form("sns", publish(SnsForwarder::topic_arn(), "a", "urgent")).status, 500);
  EXPECT_EQ(m_forwarder->forwarded(), 0);
}

// A client of its own for each, as worker processes have.
TEST_F(Forwarder, ServesManyAtOnce) {
  constexpr int k_publishers = 8;
  constexpr int k_batches = 10;
  {
    std::vector<std::jthread> publishers;
    for (int publisher = 0; publisher < k_publishers; ++publisher) {
      publishers.emplace_back([this, publisher] {
        EmulatorClient sns(m_forwarder->url());
        for (int batch = 0; batch < k_batches; ++batch) {
          std::vector<Entry> entries;
          for (int i = 0; i < 10; ++i) { entries.push_back({fmt::format("{}-{}-{}", publisher, batch, i), "urgent"}); }
          static_cast<void>(body_of(sns.form("sns", publish_batch(SnsForwarder::topic_arn(), entries))));
        }
      });
    }
  }
  constexpr std::size_t k_all = std::size_t{k_publishers} * k_batches * 10;
  EXPECT_EQ(m_forwarder->forwarded(), static_cast<int>(k_all));
  std::set<std::string> bodies;
  for (const auto& message : queues().take(m_lanes.urgent, k_all)) { bodies.insert(message.body); }
  EXPECT_EQ(bodies.size(), k_all);
}

}  // namespace
}  // namespace bizcomms::test
