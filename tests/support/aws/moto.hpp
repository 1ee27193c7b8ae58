// moto: SQS, SNS with its subscriptions, Secrets Manager and STS, in one process. Faithful but slow: its SQS hands out some five batches a
// second once hundreds of messages wait. For what needs speed there are ElasticMQ and SnsForwarder.
#pragma once

#include <string>

#include "support/aws/emulator.hpp"
#include "support/aws/emulator_client.hpp"
#include "support/aws/queues.hpp"

namespace bizcomms::test {

// Throws where moto cannot be had or refuses. Made on the main thread, used from any.
class Moto {
public:
  Moto();
  // The one that all tests of this program share, started at the first use and stopped at the end.
  static Moto& shared();

  [[nodiscard]] const std::string& url() const { return m_emulator.url(); }
  [[nodiscard]] Process& process() { return m_emulator.process(); }
  [[nodiscard]] Queues& queues() { return m_queues; }
  [[nodiscard]] EmulatorClient& client() { return m_client; }

  std::string create_topic(const std::string& name);  // its ARN
  // The queue gets what the policy lets through: {"lane":["urgent"]}. Raw: as it was published, without SNS's envelope.
  void subscribe(const std::string& topic_arn, const Queue& queue, const std::string& filter_policy, bool raw = true);
  void create_secret(const std::string& name, const std::string& value);
  std::string put_secret(const std::string& name, const std::string& value);  // the id of the new version, which is current then

private:
  [[nodiscard]] std::string secrets(const std::string& operation, const std::string& body);

  Emulator m_emulator;
  Queues m_queues;
  EmulatorClient m_client;
};

}  // namespace bizcomms::test
