#include "aws/dead_letters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "aws/batches.hpp"
#include "aws/event_json.hpp"
#include "bizcomms/base/trace.hpp"

namespace bizcomms::aws {
namespace {

using alert::DeadLetter;
using alert::Lane;
using std::chrono::seconds;

constexpr std::size_t k_letters_max = 1'000;                    // of one queue, in one look
constexpr std::size_t k_reason_max = 1'000;                     // bytes
constexpr auto k_no_event = static_cast<alert::EventKind>(-1);  // of a letter that cannot be read
constexpr std::string_view k_reason = "reason", k_receives = "receives", k_dead_at = "dead_at";

Error not_found() { return {.code = ErrorCode::not_found, .message = "There is no such dead letter."}; }

Error not_found_among_the_first() {
  return {.code = ErrorCode::not_found,
          .message = fmt::format("There is no such dead letter among the first {} of a queue, and no more are looked through. SQS's own "
                                 "redrive (StartMessageMoveTask) queues all of them anew.",
                                 k_letters_max)};
}

// What SQS takes as an attribute: not too long, cut between characters, without control characters.
std::string attribute_text(std::string text) {
  if (text.size() > k_reason_max) {
    std::size_t end = k_reason_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) { --end; }
    text.resize(end);
  }
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

std::optional<std::string> attribute(const ReceivedMessage& message, std::string_view name) {
  const auto found = message.attributes.find(std::string(name));
  return found == message.attributes.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> number_attribute(const ReceivedMessage& message, std::string_view name) {
  const std::string text = attribute(message, name).value_or("");
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

Status first_error(const BatchOutcome& outcome, const char* what) {
  if (outcome.error) { return *outcome.error; }
  if (outcome.is_taken(0)) { return {}; }
  return Error{.code = ErrorCode::internal, .message = fmt::format("SQS refused {}.", what)};
}

}  // namespace

OutgoingMessage message_of(const alert::Event& event) {
  OutgoingMessage message{.body = to_json(event)};
  message.attributes.emplace_back("lane", to_string(event.lane));
  message.attributes.emplace_back("kind", std::to_string(static_cast<int>(event.kind)));
  if (parse_traceparent(event.trace)) { message.attributes.emplace_back("traceparent", event.trace); }
  return message;
}

DeadLetters::DeadLetters(const SqsSettings& settings, Client& client, const Clock& clock)
    : m_settings(settings), m_client(client), m_clock(clock) {}

Status DeadLetters::bury(const Burial& burial) {
  OutgoingMessage letter{.body = burial.body};
  letter.attributes.emplace_back("lane", to_string(burial.lane));
  letter.attributes.emplace_back(k_receives, std::to_string(burial.receives));
  letter.attributes.emplace_back(k_dead_at, std::to_string(sqs_time(m_client, m_clock).time_since_epoch().count()));
  if (!burial.reason.empty()) { letter.attributes.emplace_back(k_reason, attribute_text(burial.reason)); }
  const std::string& url = m_settings.of(burial.lane).dead_letters_url;
  return first_error(send_all(m_client, std::span(&letter, 1), [&](auto letters) { return send_batch(url, letters); }), "a dead letter");
}

Result<std::vector<DeadLetter>> DeadLetters::list(int limit, const std::string& after_id) {
  const auto letters = gather_all("");
  if (!letters) { return letters.error(); }
  show(*letters);
  std::vector<DeadLetter> listed;
  for (const Letter& letter : *letters) {
    if (letter.message.id > after_id) { listed.push_back(described(letter)); }
  }
  std::sort(listed.begin(), listed.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  if (listed.size() > static_cast<std::size_t>(std::max(0, limit))) { listed.resize(static_cast<std::size_t>(std::max(0, limit))); }
  return listed;
}

Status DeadLetters::replay(const std::string& id) {
  if (id.empty()) { return not_found(); }
  auto letters = gather_all(id);
  if (!letters) { return letters.error(); }
  const auto found = std::find_if(letters->begin(), letters->end(), [&](const Letter& letter) { return letter.message.id == id; });
  if (found == letters->end()) {
    show(*letters);
    return fills_a_look(*letters) ? not_found_among_the_first() : not_found();
  }
  const Letter letter = *found;
  Status sent = send_anew(letter);
  if (sent) { letters->erase(found); }
  show(*letters);
  if (!sent) { return sent; }
  return first_error(
      for_all(m_client, std::span(&letter.message.handle, 1), [&](auto handles) { return delete_batch(letter.queue_url, handles); }),
      "to delete a dead letter that was queued anew");
}

// Receives, hidden from everybody else, until there are no more or it holds the one that is looked for.
Status DeadLetters::gather(Lane lane, const std::string& until_id, Letters& letters) {
  const std::string& url = m_settings.of(lane).dead_letters_url;
  const SteadyTime end = m_clock.steady() + m_settings.letters_hidden * 3 / 4;  // the first are shown by themselves soon after
  std::map<std::string, ReceivedMessage> seen;
  Status status;
  while (seen.size() < k_letters_max && !seen.contains(until_id) && m_clock.steady() < end) {
    const Call call = receive_call(url, k_receive_max, m_settings.letters_poll, m_settings.letters_hidden);
    const auto answer = m_client.call(call);
    const auto messages = !answer           ? Result<std::vector<ReceivedMessage>>(answer.error())
                          : answer->refusal ? Result<std::vector<ReceivedMessage>>(error_of(call, *answer->refusal))
                                            : messages_in(answer->body);
    if (!messages) { status = messages.error(); }
    if (!messages || messages->empty()) { break; }
    for (const ReceivedMessage& message : *messages) { seen.insert_or_assign(message.id, message); }
  }
  for (auto& [id, message] : seen) { letters.push_back({.message = std::move(message), .queue_url = url, .lane = lane}); }
  return status;
}

Result<DeadLetters::Letters> DeadLetters::gather_all(const std::string& until_id) {
  Letters letters;
  Status gathered = gather(Lane::urgent, until_id, letters);
  const bool found =
      !until_id.empty() && std::any_of(letters.begin(), letters.end(), [&](const Letter& letter) { return letter.message.id == until_id; });
  if (gathered && !found && m_settings.standard.dead_letters_url != m_settings.urgent.dead_letters_url) {
    gathered = gather(Lane::standard, until_id, letters);
  }
  if (gathered) { return letters; }
  show(letters);
  return gathered.error();
}

bool DeadLetters::fills_a_look(const Letters& letters) {
  std::map<std::string, std::size_t> counts;
  for (const Letter& letter : letters) { ++counts[letter.queue_url]; }
  return std::any_of(counts.begin(), counts.end(), [](const auto& of_queue) { return of_queue.second >= k_letters_max; });
}

// At worst they are shown by themselves when their time has passed.
void DeadLetters::show(const Letters& letters) {
  std::map<std::string, std::vector<std::string>> handles;
  for (const Letter& letter : letters) { handles[letter.queue_url].push_back(letter.message.handle); }
  for (const auto& of_queue : handles) {
    static_cast<void>(for_all(m_client, of_queue.second, [&](auto some) { return visibility_batch(of_queue.first, some, seconds{0}); }));
  }
}

DeadLetter DeadLetters::described(const Letter& letter) const {
  const ReceivedMessage& message = letter.message;
  DeadLetter described{.id = message.id, .event = {.kind = k_no_event, .lane = lane_of(letter)}};
  // SQS moves what was received so often; it counts our looks at it too.
  described.receives = static_cast<int>(number_attribute(message, k_receives).value_or(m_settings.queue.receives_max));
  const auto dead_at = number_attribute(message, k_dead_at);
  described.dead_at = dead_at ? Time{Millis{*dead_at}} : message.sent_at.value_or(Time{});
  described.reason = attribute(message, k_reason).value_or(fmt::format("received {} times without an answer", described.receives));
  const auto event = event_of(message.body);
  if (event) { described.event = *event; }
  if (!event && !attribute(message, k_reason)) { described.reason = event.error().message; }
  return described;
}

// What was buried says where from; what SQS moved came from the queue that this one belongs to.
Lane DeadLetters::lane_of(const Letter& letter) {
  const auto told = attribute(letter.message, "lane");
  if (!told) { return letter.lane; }
  return *told == to_string(Lane::urgent) ? Lane::urgent : Lane::standard;
}

Status DeadLetters::send_anew(const Letter& letter) {
  const auto event = event_of(letter.message.body);
  const Lane lane = event ? event->lane : lane_of(letter);
  const OutgoingMessage message = event ? message_of(*event) : OutgoingMessage{.body = letter.message.body};
  const std::string& url = m_settings.of(lane).url;
  return first_error(send_all(m_client, std::span(&message, 1), [&](auto messages) { return send_batch(url, messages); }), "an event");
}

}  // namespace bizcomms::aws
