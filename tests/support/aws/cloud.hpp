// What a cell needs of AWS: queues with their dead letters in ElasticMQ, a topic before them, a table in DynamoDB Local. Fresh for each.
#pragma once

#include <memory>
#include <string>

#include "support/aws/queues.hpp"
#include "support/aws/sns_forwarder.hpp"
#include "support/process.hpp"

namespace bizcomms::test {

// Made on the main thread. Throws where an emulator cannot be had: ask missing() first.
class Cloud {
public:
  Cloud();
  ~Cloud();
  Cloud(const Cloud&) = delete;
  Cloud& operator=(const Cloud&) = delete;

  [[nodiscard]] static std::string missing();
  [[nodiscard]] const Environment& options() const { return m_options; }  // for every role: queue and ledger in AWS
  [[nodiscard]] const Queue& standard() const { return m_standard; }
  [[nodiscard]] const Queue& standard_dead_letters() const { return m_standard_dead_letters; }
  // Of the only event, or dead letter, in that queue; nobody else receives meanwhile.
  void change_kind(const Queue& queue, int kind);
  // The table has an index that no delivery fits which has a lease, so that DynamoDB refuses each, until the index is gone again.
  void refuse_begun(bool refuse);
  [[nodiscard]] int published() const { return m_topic->forwarded(); }  // events that went through the topic

private:
  Queue m_standard;
  Queue m_standard_dead_letters;
  Queue m_urgent;
  std::string m_table;
  std::unique_ptr<SnsForwarder> m_topic;
  Environment m_options;
};

}  // namespace bizcomms::test
