// The event queue on SNS and SQS: events are published to a topic, and a subscription for each lane brings those whose attribute `lane` it
// asks for ("urgent", "standard") to that lane's queue, raw or wrapped. Source: wire facts 6.1-6.3; SQS and SNS API references.
//
// What is other than with a queue in a database:
// - Times are whole seconds, rounded up. Nothing waits longer than 15 minutes after it was given back, or 12 hours after it was released.
// - Whether a receipt is the latest is known of the messages that this process received itself: see aws/holdings.hpp. Receipts of another
//   process, and those whose visibility timeout has passed, extend and give back nothing.
// - SQS cannot list. A look at the dead letters receives them, hides them for a minute, and shows them again: at most 1,000 of a queue; two
//   looks at the same time see each but a part, and a letter may be seen a little after it died. For more there is SQS's own redrive.
// - A letter that SQS itself moved has a plain reason, and says of when it died only when it was published.
// - Figures are SQS's approximate ones, up to a minute old. It does not tell the oldest message's age: see aws/queue_age.hpp.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bizcomms/alert/queue.hpp"
#include "bizcomms/aws/client.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::aws {

// By URL, as SQS names queues: "https://sqs.eu-west-1.amazonaws.com/123456789012/bizcomms-urgent".
struct SqsLane {
  std::string url{};
  std::string dead_letters_url{};  // the lanes may share one
};

struct SqsSettings {
  std::string topic_arn{};  // empty: events go to their lane's queue straight away
  SqsLane standard{};
  SqsLane urgent{};
  alert::QueueSettings queue{};
  std::chrono::seconds poll{2};             // one request waits so long for a message, 20 s at most; a stop waits for its end
  std::chrono::seconds letters_poll{1};     // the same when dead letters are looked through
  std::chrono::seconds letters_hidden{60};  // from other readers meanwhile

  [[nodiscard]] const SqsLane& of(alert::Lane lane) const { return lane == alert::Lane::urgent ? urgent : standard; }
};

// Errors are the client's; besides, `unavailable` where SQS or SNS failed with single messages again and again. Messages that cannot be
// read are never acked: they come again, for a newer version may know them, and with their last receive become dead letters.
class SqsQueue final : public alert::EventQueue {
public:
  SqsQueue(SqsSettings settings, Client& client, const Clock& clock, const Log& log, Metrics& metrics);
  ~SqsQueue() override;

  Result<std::vector<bool>> publish(std::span<const alert::Event> events) override;
  Result<std::vector<alert::Message>> receive(alert::Lane lane, int max, Millis wait, const std::stop_token& stop) override;
  Result<std::vector<bool>> extend(std::span<const alert::Receipt> receipts) override;
  Result<std::vector<bool>> ack(std::span<const alert::Receipt> receipts) override;
  Status release(const alert::Receipt& receipt, Millis delay, const std::string& reason) override;
  Result<std::vector<bool>> give_back(std::span<const alert::Message> messages, Millis delay) override;
  Result<alert::QueueDepth> depth(alert::Lane lane) override;
  Result<std::vector<alert::DeadLetter>> dead_letters(int limit, const std::string& after_id) override;
  Status replay(const std::string& dead_letter_id) override;

  // Whether queues and topic are there and set up for these settings; `misconfigured`, with a sentence for each thing that does not fit.
  [[nodiscard]] Status check();

private:
  struct Hidden;
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms::aws
