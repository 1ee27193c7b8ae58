#include "aws/receiving.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "aws/batches.hpp"
#include "aws/event_json.hpp"

namespace bizcomms::aws {
namespace {

using alert::Lane;
using alert::Message;
using std::chrono::seconds;

constexpr std::chrono::hours k_hidden_longest{12};

}  // namespace

seconds whole_seconds(Millis time, seconds longest) { return std::clamp(std::chrono::ceil<seconds>(time), seconds{0}, longest); }

seconds visibility_of(const alert::QueueSettings& settings) {
  return std::max(seconds{1}, whole_seconds(settings.visibility, k_hidden_longest));
}

Receiving::Receiving(const SqsSettings& settings, Client& client, const Clock& clock, const Log& log, Metrics& metrics, Holdings& holdings,
                     QueueAges& ages, DeadLetters& dead_letters)
    : m_settings(settings),
      m_client(client),
      m_clock(clock),
      m_log(log),
      m_holdings(holdings),
      m_ages(ages),
      m_dead_letters(dead_letters),
      m_unreadable(metrics.counter("bizcomms_sqs_unreadable_total", "Receives of messages that this version cannot read.")),
      m_expired(metrics.counter("bizcomms_sqs_expired_total", "Messages dropped because they were older than the retention.")),
      m_buried(metrics.counter("bizcomms_sqs_buried_total", "Messages made dead letters by us, with their reason; SQS moves others.")) {}

Result<Receiving::Catch> Receiving::fetch(Lane lane, int max, seconds wait) {
  const int asked = std::min(max, k_receive_max);
  const Call call = receive_call(m_settings.of(lane).url, asked, wait, visibility_of(m_settings.queue));
  const auto answer = m_client.call(call);
  if (!answer) { return answer.error(); }
  if (answer->refusal) { return error_of(call, *answer->refusal); }
  const auto messages = messages_in(answer->body);
  if (!messages) { return messages.error(); }
  // A request that does not wait asks a part of SQS's servers only: finding nothing says nothing.
  if (messages->empty() && wait > seconds{0}) { m_ages.of(lane).found_empty(sqs_time(m_client, m_clock)); }
  Catch caught;
  for (const ReceivedMessage& message : *messages) { sort_in(lane, message, caught); }
  caught.may_be_more = std::ssize(*messages) == asked || (!messages->empty() && caught.messages.empty());
  return caught;
}

void Receiving::sort_in(Lane lane, const ReceivedMessage& message, Catch& caught) {
  if (message.sent_at && sqs_time(m_client, m_clock) - *message.sent_at > m_settings.queue.retention) {
    return remove_expired(lane, message);
  }
  const auto event = event_of(message.body);
  if (message.damaged) { return leave_unreadable(lane, message, "The body does not fit its digest."); }
  if (!event) { return leave_unreadable(lane, message, event.error().message + " " + event.error().cause); }
  if (message.receives == 1 && message.sent_at) { m_ages.of(lane).received(*message.sent_at); }
  // The queue's own limit is higher than ours, or its redrive slow.
  if (message.receives > m_settings.queue.receives_max) {
    const int before = message.receives - 1;
    const std::string reason = fmt::format("received {} times without an answer", before);
    return bury_here(message.handle, {.lane = lane, .body = message.body, .receives = before, .reason = reason});
  }
  const SteadyTime now = m_clock.steady();
  m_holdings.add(message.handle,
                 {.message_id = message.id,
                  .event = *event,
                  .lane = lane,
                  .receives = message.receives,
                  .hidden_until = now + visibility_of(m_settings.queue)},
                 now);
  caught.messages.push_back({.receipt = message.handle, .event = *event, .receives = message.receives});
}

// It stays hidden for its time, so that nobody spins on it; with its last receive it gets its reason.
void Receiving::leave_unreadable(Lane lane, const ReceivedMessage& message, const std::string& why) {
  m_unreadable.add();
  m_log.error("A message of the queue cannot be read", {{"message_id", message.id},
                                                        {"lane", to_string(lane)},
                                                        {"receives", message.receives},
                                                        {"bytes", message.body.size()},
                                                        {"why", why}});
  if (message.receives < m_settings.queue.receives_max) { return; }
  bury_here(message.handle, {.lane = lane, .body = message.body, .receives = message.receives, .reason = why});
}

void Receiving::remove_expired(Lane lane, const ReceivedMessage& message) {
  m_expired.add();
  m_log.warning("A message older than the retention was dropped",
                {{"message_id", message.id}, {"lane", to_string(lane)}, {"published_at", to_rfc3339(*message.sent_at)}});
  const std::string& url = m_settings.of(lane).url;
  // Where it fails, it comes again.
  static_cast<void>(for_all(m_client, std::span(&message.handle, 1), [&](auto handles) { return delete_batch(url, handles); }));
}

void Receiving::bury_here(const std::string& handle, const Burial& burial) {
  if (const auto done = bury(handle, burial); !done) { m_log.error("A dead letter could not be put away; it comes again", done.error()); }
}

Status Receiving::bury(const std::string& handle, const Burial& burial) {
  if (auto put = m_dead_letters.bury(burial); !put) { return put; }
  m_buried.add();
  m_log.error("A message has become a dead letter; see bizcomms dlq",
              {{"lane", to_string(burial.lane)}, {"receives", burial.receives}, {"reason", burial.reason}});
  const std::string& url = m_settings.of(burial.lane).url;
  // Where it fails, SQS moves it too: a letter more, which does no harm.
  const auto gone = for_all(m_client, std::span(&handle, 1), [&](auto handles) { return delete_batch(url, handles); });
  if (gone.error) { m_log.warning("A dead letter could not be taken from its queue", *gone.error); }
  return {};
}

}  // namespace bizcomms::aws
