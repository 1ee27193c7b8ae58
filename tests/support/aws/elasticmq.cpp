#include "support/aws/elasticmq.hpp"

namespace bizcomms::test {
namespace {

std::vector<std::string> elasticmq_command() {
  return java_command("elasticmq", {"-Drest-sqs.bind-hostname=127.0.0.1", "-Drest-sqs.bind-port=0", "-Drest-stats.enabled=false",
                                    "-Dnode-address.host=*",  // a queue's URL has the address that its creator used
                                    std::string("-Daws.region=") + k_aws_region, "org.elasticmq.server.Main"});
}

}  // namespace

ElasticMq::ElasticMq() : m_emulator(elasticmq_command()), m_queues(url()) {}

ElasticMq& ElasticMq::shared() {
  static ElasticMq elasticmq;
  return elasticmq;
}

}  // namespace bizcomms::test
