// Stands in SNS's place before ElasticMQ, where moto is too slow: takes Publish and PublishBatch, and sends each message raw, with its
// attributes, to the queue whose subscription asks for the message's lane. A message of no such lane is taken and goes nowhere, as with
// SNS. Asked for the topic and its subscriptions, it tells of these.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "bizcomms/base/ids.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/http/server.hpp"
#include "support/aws/queues.hpp"
#include "support/aws/sns_request.hpp"

namespace bizcomms::test {

// Serves any number of processes and threads until it goes. Throws where it cannot listen.
class SnsForwarder {
public:
  // `queues`: by the value of the message attribute "lane" that their subscription asks for; all of them `sqs_url`'s.
  SnsForwarder(const std::string& sqs_url, std::map<std::string, Queue> queues);
  ~SnsForwarder();

  [[nodiscard]] std::string url() const { return "http://" + m_server.address(); }
  [[nodiscard]] static std::string topic_arn();
  // The next so many entries are not sent on, but answered as SNS does when it fails itself.
  void fail_next(int entries) { m_failing = entries; }
  [[nodiscard]] int forwarded() const { return m_forwarded; }  // messages that a queue took

private:
  [[nodiscard]] http::Response answer(const http::Request& request);
  [[nodiscard]] http::Response answer(const SnsQuestion& question, const std::string& request_id) const;
  [[nodiscard]] std::vector<SnsSubscription> subscriptions() const;  // one for each queue
  [[nodiscard]] std::vector<SnsOutcome> publish(const std::vector<SnsEntry>& entries);
  [[nodiscard]] SnsOutcome judge(const SnsEntry& entry);
  // Entries that go to one queue, and where their outcomes stand.
  struct Share {
    std::vector<const SnsEntry*> entries;
    std::vector<SnsOutcome*> outcomes;
  };
  void forward(const Queue& queue, const Share& share);

  const std::map<std::string, Queue> m_queues;
  std::atomic<int> m_failing = 0;
  std::atomic<int> m_forwarded = 0;
  SystemClock m_clock;
  Log m_log = Log::silent();
  Metrics m_metrics;
  IdSource m_ids;
  Queues m_sqs;
  http::Server m_server;  // last: it calls the others
};

}  // namespace bizcomms::test
