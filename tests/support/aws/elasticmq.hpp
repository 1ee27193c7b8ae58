// ElasticMQ: SQS, fast enough for load.
#pragma once

#include <string>

#include "support/aws/emulator.hpp"
#include "support/aws/queues.hpp"

namespace bizcomms::test {

// Throws where it cannot be had. Made on the main thread, used from any.
class ElasticMq {
public:
  ElasticMq();
  // The one that all tests of this program share, started at the first use and stopped at the end.
  static ElasticMq& shared();

  [[nodiscard]] const std::string& url() const { return m_emulator.url(); }
  [[nodiscard]] Process& process() { return m_emulator.process(); }
  [[nodiscard]] Queues& queues() { return m_queues; }

private:
  Emulator m_emulator;
  Queues m_queues;
};

}  // namespace bizcomms::test
