#include "support/aws/cloud.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include <regex>

#include "support/aws/dynamodb_local.hpp"
#include "support/aws/elasticmq.hpp"

namespace bizcomms::test {

Cloud::Cloud() {
  static int made = 0;
  const auto name = fmt::format("cell-{}-{}", getpid(), ++made);
  constexpr int k_receives_max = 3;  // the product's default
  auto& queues = ElasticMq::shared().queues();
  m_standard_dead_letters = queues.create(name + "-standard-dead");
  const auto urgent_dead = queues.create(name + "-urgent-dead");
  m_standard = queues.create(name + "-standard", m_standard_dead_letters, k_receives_max);
  m_urgent = queues.create(name + "-urgent", urgent_dead, k_receives_max);
  m_topic = std::make_unique<SnsForwarder>(ElasticMq::shared().url(),
                                           std::map<std::string, Queue>{{"standard", m_standard}, {"urgent", m_urgent}});
  m_table = name;
  DynamoDbLocal::shared().create_table(deliveries_table(m_table));
  m_options = {{"AWS_ACCESS_KEY_ID", "test"},
               {"AWS_SECRET_ACCESS_KEY", "test"},
               {"AWS_REGION", k_aws_region},
               {"AWS_ENDPOINT_URL_SQS", ElasticMq::shared().url()},
               {"AWS_ENDPOINT_URL_SNS", m_topic->url()},
               {"AWS_ENDPOINT_URL_DYNAMODB", DynamoDbLocal::shared().url()},
               {"BIZCOMMS_QUEUE", "aws"},
               {"BIZCOMMS_LEDGER", "aws"},
               {"BIZCOMMS_SNS_TOPIC", SnsForwarder::topic_arn()},
               {"BIZCOMMS_SQS_STANDARD_URL", m_standard.url},
               {"BIZCOMMS_SQS_STANDARD_DEAD_LETTERS_URL", m_standard_dead_letters.url},
               {"BIZCOMMS_SQS_URGENT_URL", m_urgent.url},
               {"BIZCOMMS_SQS_URGENT_DEAD_LETTERS_URL", urgent_dead.url},
               {"BIZCOMMS_DYNAMODB_TABLE", m_table}};
}

Cloud::~Cloud() { DynamoDbLocal::shared().delete_table(m_table); }

void Cloud::change_kind(const Queue& queue, int kind) {
  auto& queues = ElasticMq::shared().queues();
  for (auto& message : queues.take(queue, 1)) {
    message.body = std::regex_replace(message.body, std::regex(R"("kind":\d+)"), fmt::format(R"("kind":{})", kind));
    queues.send(queue, message);
  }
}

void Cloud::refuse_begun(bool refuse) { DynamoDbLocal::shared().set_index(m_table, {.name = "lease_until", .type = "S"}, refuse); }

std::string Cloud::missing() { return missing_emulators({"elasticmq", "dynamodb_local"}); }

}  // namespace bizcomms::test
