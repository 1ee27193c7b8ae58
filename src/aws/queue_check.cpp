#include "aws/queue_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "aws/receiving.hpp"
#include "aws/sqs.hpp"
#include "aws/topic_check.hpp"
#include "bizcomms/json/reader.hpp"

namespace bizcomms::aws {
namespace {

using std::chrono::seconds;
// One lane and its dead letter queue, as SQS has them.
class LaneCheck {
public:
  LaneCheck(alert::Lane lane, const SqsSettings& settings) : m_settings(settings), m_queue(fmt::format("The {} queue", to_string(lane))) {}

  std::vector<std::string> findings(const QueueAttributes& queue, const QueueAttributes& letters) {
    look_at_kind(queue, letters);
    look_at_times(queue, letters);
    look_at_redrive(queue.text("RedrivePolicy"), letters.text("QueueArn"));
    return std::move(m_findings);
  }

private:
  void say(const std::string& finding) { m_findings.push_back(m_queue + " " + finding); }

  void look_at_kind(const QueueAttributes& queue, const QueueAttributes& letters) {
    if (queue.text("FifoQueue") == "true" || letters.text("FifoQueue") == "true") {
      say("or its dead letter queue is FIFO; both must be standard.");
    }
  }

  // A stand-in for SQS may leave out an attribute.
  void look_at_times(const QueueAttributes& queue, const QueueAttributes& letters) {
    const seconds hidden{queue.number("VisibilityTimeout")};
    const seconds wanted = visibility_of(m_settings.queue);
    if (hidden != wanted) { say(fmt::format("has a visibility timeout of {}; {} is set here.", to_words(hidden), to_words(wanted))); }
    const seconds kept{queue.number("MessageRetentionPeriod")};
    if (kept > seconds{0} && kept < m_settings.queue.retention) {
      say(fmt::format("keeps messages for {}; {} is set here.", to_words(kept), to_words(m_settings.queue.retention)));
    }
    // A letter's age counts from its publishing.
    if (seconds{letters.number("MessageRetentionPeriod")} < kept) { say("keeps messages longer than its dead letter queue does."); }
  }

  void look_at_redrive(const std::string& policy, const std::string& letters_arn) {
    const auto document = json::Document::parse(policy);
    if (policy.empty() || !document) { return say("has no redrive policy: what is never answered would come for ever."); }
    const auto target = document->root()["deadLetterTargetArn"].as_string().value_or("");
    if (target != letters_arn) { say(fmt::format("has {} for its dead letter queue; {} is set here.", target, letters_arn)); }
    // The console writes a number, some tools a text.
    const auto count = document->root()["maxReceiveCount"];
    const std::string most = count.as_int() ? std::to_string(*count.as_int()) : count.as_string().value_or("no");
    if (most != std::to_string(m_settings.queue.receives_max)) {
      say(fmt::format("makes dead letters after {} receives; {} are set here.", most, m_settings.queue.receives_max));
    }
  }

  const SqsSettings& m_settings;
  std::string m_queue;
  std::vector<std::string> m_findings;
};

}  // namespace

Status check_queues(const SqsSettings& settings, Client& client) {
  std::vector<std::string> findings;
  std::vector<LaneEnd> ends;
  for (const alert::Lane lane : {alert::Lane::urgent, alert::Lane::standard}) {
    const auto queue = attributes_of(client, settings.of(lane).url);
    if (!queue) { return queue.error(); }
    const auto letters = attributes_of(client, settings.of(lane).dead_letters_url);
    if (!letters) { return letters.error(); }
    std::ranges::move(LaneCheck(lane, settings).findings(*queue, *letters), std::back_inserter(findings));
    ends.push_back({lane, queue->text("QueueArn")});
  }
  if (!settings.topic_arn.empty()) {
    auto more = topic_findings(settings.topic_arn, ends, client);
    if (!more) { return more.error(); }
    std::ranges::move(*more, std::back_inserter(findings));
  }
  if (findings.empty()) { return {}; }
  return Error{.code = ErrorCode::misconfigured, .message = fmt::format("{}", fmt::join(findings, " "))};
}

}  // namespace bizcomms::aws
