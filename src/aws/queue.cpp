#include "bizcomms/aws/queue.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include "aws/batches.hpp"
#include "aws/dead_letters.hpp"
#include "aws/event_json.hpp"
#include "aws/holdings.hpp"
#include "aws/queue_check.hpp"
#include "aws/receiving.hpp"

namespace bizcomms::aws {
namespace {

using alert::Event;
using alert::Lane;
using alert::Message;
using alert::Receipt;
using std::chrono::seconds;

constexpr std::array k_lanes{Lane::urgent, Lane::standard};  // what is urgent first
constexpr std::chrono::hours k_release_longest{12};
constexpr std::chrono::minutes k_give_back_longest{15};
constexpr seconds k_poll_longest{20};
constexpr int k_requests_max = 100;  // of one receive: what brings only messages to be dropped would never end it
constexpr Millis k_pause{200};       // before the next request, where one that was to wait found nothing at once

// An entry of ours, and where its answer goes.
template <class T>
struct Placed {
  T value{};
  std::size_t place = 0;
};
struct Held {
  Receipt receipt{};
  Holding holding{};
};
template <class T>
using ByLane = std::array<std::vector<Placed<T>>, 2>;

template <class T>
std::vector<Placed<T>>& of(ByLane<T>& by_lane, Lane lane) {
  return by_lane.at(static_cast<std::size_t>(lane));
}

// The messages of that lane's events, and their places.
void add_of(Lane lane, std::span<const Event> events, std::vector<OutgoingMessage>& messages, std::vector<std::size_t>& places) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].lane != lane) { continue; }
    messages.push_back(message_of(events[i]));
    places.push_back(i);
  }
}

std::vector<std::string> handles_of(const std::vector<Placed<Held>>& held) {
  std::vector<std::string> handles;
  for (const auto& one : held) { handles.push_back(one.value.receipt); }
  return handles;
}

}  // namespace

struct SqsQueue::Hidden {
  Hidden(SqsSettings s, Client& c, const Clock& time, const Log& l, Metrics& metrics)
      : settings(std::move(s)),
        client(c),
        clock(time),
        log(l),
        dead_letters(settings, client, clock),
        receiving(settings, client, clock, log, metrics, holdings, ages, dead_letters) {}

  [[nodiscard]] BatchOutcome send(Lane lane, std::span<const OutgoingMessage> messages) const {
    return send_all(client, messages, [&](auto some) { return send_batch(settings.of(lane).url, some); });
  }
  [[nodiscard]] BatchOutcome remove(Lane lane, const std::vector<Placed<Held>>& held);
  // Those whose receipt holds, each once; `hidden`: and whose visibility timeout has not passed.
  [[nodiscard]] ByLane<Held> held(std::span<const Receipt> receipts, bool hidden) const;
  // The error where none was taken; otherwise why some were not is only logged.
  [[nodiscard]] Result<std::vector<bool>> published(std::vector<bool> answers, const std::optional<Error>& error,
                                                    const std::optional<Error>& refusal) const;
  [[nodiscard]] Result<std::vector<bool>> publish_to_topic(std::span<const Event> events) const;
  [[nodiscard]] Result<std::vector<bool>> publish_to_lanes(std::span<const Event> events) const;

  const SqsSettings settings;
  Client& client;
  const Clock& clock;
  const Log log;
  Holdings holdings;
  QueueAges ages;
  DeadLetters dead_letters;
  Receiving receiving;
};

ByLane<Held> SqsQueue::Hidden::held(std::span<const Receipt> receipts, bool hidden) const {
  ByLane<Held> held;
  std::set<Receipt> seen;
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    auto holding = hidden ? holdings.latest_hidden(receipts[i], clock.steady()) : holdings.latest(receipts[i]);
    if (!holding || !seen.insert(receipts[i]).second) { continue; }
    const Lane lane = holding->lane;
    of(held, lane).push_back({{receipts[i], *std::move(holding)}, i});
  }
  return held;
}

BatchOutcome SqsQueue::Hidden::remove(Lane lane, const std::vector<Placed<Held>>& held) {
  auto outcome = for_all(client, handles_of(held), [&](auto handles) { return delete_batch(settings.of(lane).url, handles); });
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (outcome.answers[i] != EntryAnswer::failed) { holdings.drop(held[i].value.receipt); }
  }
  return outcome;
}

Result<std::vector<bool>> SqsQueue::Hidden::published(std::vector<bool> answers, const std::optional<Error>& error,
                                                      const std::optional<Error>& refusal) const {
  if (error && std::find(answers.begin(), answers.end(), true) == answers.end()) { return *error; }
  for (const auto* const why : {&error, &refusal}) {
    if (*why) { log.warning("some events were not published", **why); }
  }
  return answers;
}

Result<std::vector<bool>> SqsQueue::Hidden::publish_to_topic(std::span<const Event> events) const {
  std::vector<OutgoingMessage> messages;
  std::vector<std::size_t> places;
  for (const Lane lane : k_lanes) { add_of(lane, events, messages, places); }
  const auto outcome = send_all(client, messages, [&](auto some) { return publish_batch(settings.topic_arn, some); });
  std::vector<bool> answers(events.size());
  for (std::size_t i = 0; i < places.size(); ++i) { answers[places[i]] = outcome.is_taken(i); }
  return published(std::move(answers), outcome.error, outcome.refusal);
}

Result<std::vector<bool>> SqsQueue::Hidden::publish_to_lanes(std::span<const Event> events) const {
  std::vector<bool> answers(events.size());
  std::optional<Error> error, refusal;
  for (const Lane lane : k_lanes) {
    std::vector<OutgoingMessage> messages;
    std::vector<std::size_t> places;
    add_of(lane, events, messages, places);
    const auto outcome = send(lane, messages);
    for (std::size_t i = 0; i < places.size(); ++i) { answers[places[i]] = outcome.is_taken(i); }
    if (outcome.error) { error = outcome.error; }
    if (outcome.refusal) { refusal = outcome.refusal; }
  }
  return published(std::move(answers), error, refusal);
}

SqsQueue::SqsQueue(SqsSettings settings, Client& client, const Clock& clock, const Log& log, Metrics& metrics)
    : m_hidden(std::make_unique<Hidden>(std::move(settings), client, clock, log, metrics)) {}

SqsQueue::~SqsQueue() = default;

Result<std::vector<bool>> SqsQueue::publish(std::span<const Event> events) {
  return m_hidden->settings.topic_arn.empty() ? m_hidden->publish_to_lanes(events) : m_hidden->publish_to_topic(events);
}

Result<std::vector<Message>> SqsQueue::receive(Lane lane, int max, Millis wait, const std::stop_token& stop) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  std::vector<Message> received;
  for (int requests = 0; requests < k_requests_max && !stop.stop_requested() && std::ssize(received) < max; ++requests) {
    const auto begin = std::chrono::steady_clock::now();
    const auto left = std::chrono::ceil<Millis>(deadline - begin);
    const seconds poll = received.empty() ? whole_seconds(left, std::min(m_hidden->settings.poll, k_poll_longest)) : seconds{0};
    auto caught = m_hidden->receiving.fetch(lane, max - static_cast<int>(received.size()), poll);
    if (!caught && received.empty()) { return caught.error(); }
    if (!caught) { break; }
    std::move(caught->messages.begin(), caught->messages.end(), std::back_inserter(received));
    if (caught->may_be_more) { continue; }
    const auto now = std::chrono::steady_clock::now();
    if (!received.empty() || now >= deadline) { break; }
    if (now - begin < k_pause) { sleep_for(stop, k_pause); }
  }
  return received;
}

Result<std::vector<bool>> SqsQueue::extend(std::span<const Receipt> receipts) {
  auto held = m_hidden->held(receipts, true);
  const seconds hidden = visibility_of(m_hidden->settings.queue);
  const SteadyTime until = m_hidden->clock.steady() + hidden;
  std::vector<bool> answers(receipts.size());
  std::optional<Error> error;
  for (const Lane lane : k_lanes) {
    const auto& mine = of(held, lane);
    const std::string& url = m_hidden->settings.of(lane).url;
    const auto outcome = for_all(m_hidden->client, handles_of(mine), [&](auto some) { return visibility_batch(url, some, hidden); });
    for (std::size_t i = 0; i < mine.size(); ++i) {
      answers[mine[i].place] = outcome.is_taken(i);
      if (outcome.is_taken(i)) { m_hidden->holdings.extended(mine[i].value.receipt, until); }
      if (outcome.answers[i] == EntryAnswer::refused) { m_hidden->holdings.drop(mine[i].value.receipt); }
    }
    if (outcome.error) { error = outcome.error; }
  }
  if (error) { return *error; }  // whether those that failed are lost is not known: all are asked for again
  return answers;
}

Result<std::vector<bool>> SqsQueue::ack(std::span<const Receipt> receipts) {
  auto held = m_hidden->held(receipts, false);
  std::vector<bool> answers(receipts.size());
  std::optional<Error> error;
  for (const Lane lane : k_lanes) {
    const auto& mine = of(held, lane);
    const auto outcome = m_hidden->remove(lane, mine);
    for (std::size_t i = 0; i < mine.size(); ++i) { answers[mine[i].place] = outcome.is_taken(i); }
    if (outcome.error) { error = outcome.error; }
  }
  if (error) { return *error; }  // what is gone is no longer held, and is not asked for again
  return answers;
}

Status SqsQueue::release(const Receipt& receipt, Millis delay, const std::string& reason) {
  const auto holding = m_hidden->holdings.latest_hidden(receipt, m_hidden->clock.steady());
  if (!holding) { return {}; }  // it is visible by itself, or somebody else has it
  if (holding->receives >= m_hidden->settings.queue.receives_max) {
    auto buried = m_hidden->receiving.bury(
        receipt, {.lane = holding->lane, .body = to_json(holding->event), .receives = holding->receives, .reason = reason});
    if (buried) { m_hidden->holdings.drop(receipt); }
    return buried;
  }
  const std::string& url = m_hidden->settings.of(holding->lane).url;
  const seconds hidden = whole_seconds(delay, k_release_longest);
  const auto outcome = for_all(m_hidden->client, std::span(&receipt, 1), [&](auto some) { return visibility_batch(url, some, hidden); });
  if (outcome.error) { return *outcome.error; }
  m_hidden->holdings.drop(receipt);
  return {};
}

Result<std::vector<bool>> SqsQueue::give_back(std::span<const Message> messages, Millis delay) {
  std::vector<Receipt> receipts;
  for (const Message& message : messages) { receipts.push_back(message.receipt); }
  auto held = m_hidden->held(receipts, true);
  std::vector<bool> answers(messages.size());
  std::optional<Error> error;
  for (const Lane lane : k_lanes) {
    std::vector<OutgoingMessage> anew;
    for (const auto& one : of(held, lane)) {
      anew.push_back(message_of(one.value.holding.event));
      anew.back().delay = whole_seconds(delay, k_give_back_longest);
    }
    const auto sent = m_hidden->send(lane, anew);
    std::vector<Placed<Held>> gone;
    for (std::size_t i = 0; i < anew.size(); ++i) {
      if (sent.is_taken(i)) { gone.push_back(of(held, lane)[i]); }
    }
    const auto removed = m_hidden->remove(lane, gone);
    for (const auto& one : gone) {
      answers[one.place] = true;
      m_hidden->holdings.drop(one.value.receipt);  // where it could not be deleted it comes once more; sent a second time it is not
    }
    if (removed.error) { m_hidden->log.warning("Messages that were given back could not be deleted; they come twice", *removed.error); }
    if (sent.error) { error = sent.error; }
  }
  if (error) { return *error; }
  return answers;
}

Result<std::vector<alert::DeadLetter>> SqsQueue::dead_letters(int limit, const std::string& after_id) {
  return m_hidden->dead_letters.list(limit, after_id);
}

Status SqsQueue::replay(const std::string& dead_letter_id) { return m_hidden->dead_letters.replay(dead_letter_id); }

Result<alert::QueueDepth> SqsQueue::depth(Lane lane) {
  const auto queue = attributes_of(m_hidden->client, m_hidden->settings.of(lane).url);
  if (!queue) { return queue.error(); }
  const auto letters = attributes_of(m_hidden->client, m_hidden->settings.of(lane).dead_letters_url);
  if (!letters) { return letters.error(); }
  alert::QueueDepth depth;
  depth.visible = queue->number("ApproximateNumberOfMessages");
  depth.in_flight = queue->number("ApproximateNumberOfMessagesNotVisible") + queue->number("ApproximateNumberOfMessagesDelayed");
  depth.dead = letters->number("ApproximateNumberOfMessages") + letters->number("ApproximateNumberOfMessagesNotVisible");
  QueueAge& age = m_hidden->ages.of(lane);
  const Time now = sqs_time(m_hidden->client, m_hidden->clock);
  if (depth.visible <= 0) { age.found_empty(now); }
  depth.oldest = age.oldest(depth.visible, now);
  return depth;
}

Status SqsQueue::check() { return check_queues(m_hidden->settings, m_hidden->client); }

}  // namespace bizcomms::aws
