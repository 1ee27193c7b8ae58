// Messages: taken, planned, told of, cancelled.
#include <algorithm>
#include <array>
#include <utility>

#include "simulator/exchange.hpp"
#include "simulator/segments.hpp"

namespace bizcomms::simulator {
namespace {

constexpr std::chrono::hours k_queue_max{10};
constexpr std::string_view k_trial_prefix = "Sent from your Twilio trial account - ";
constexpr std::string_view k_default_sender = "+15005550006";
constexpr Millis k_choosing{5};  // a service takes so long to choose a sender

int random_loss(const Draw& draw) {
  constexpr std::array<int, 3> k_codes{30003, 30005, 30008};
  return k_codes.at(static_cast<std::size_t>(draw.bits(Purpose::undelivered_code) % k_codes.size()));
}

}  // namespace

bool Exchange::is_blocked(std::uint64_t phone, const MessageOrder& order) const {
  const auto found = m_phones.find(phone);
  if (found == m_phones.end()) { return false; }
  const auto& blocked = found->second.blocked;
  const auto holds = [&blocked](const std::string& sender) {
    return !sender.empty() && std::find(blocked.begin(), blocked.end(), sender) != blocked.end();
  };
  return holds(order.service.empty() ? order.from : order.service);
}

// A person keeps the same number of a service.
std::string Exchange::sender_for(const MessageOrder& order) const {
  if (!order.from.empty()) { return order.from; }
  const auto found = m_settings.messaging_services.find(order.service);
  if (found == m_settings.messaging_services.end() || found->second.empty()) {
    return m_settings.senders.empty() ? std::string(k_default_sender) : m_settings.senders.front();
  }
  const Draw draw(m_settings.seed, order.service, number_text(order.phone), 0);
  return found->second[draw.bits(Purpose::sender) % found->second.size()];
}

// A sender's messages leave one behind the other when its rate is limited.
Time Exchange::leave_at(const Message& message, Millis draw) {
  const Time ready = message.queued + draw;
  if (m_behaviour.segments_per_second <= 0) { return ready; }
  Time& free = m_sender_free[*message.ours];
  const Time start = std::max(ready, free);
  free = start + Millis{1000 * std::max<int>(1, message.segments) / m_behaviour.segments_per_second};
  return start;
}

void Exchange::plan(Message& message, const MessageOrder& order, const Verdict& verdict) {
  const Draw& draw = verdict.draw;
  message.scheduled = order.send_at && *order.send_at > message.created;
  message.queued = message.scheduled ? *order.send_at : message.created + (order.service.empty() ? Millis{0} : k_choosing);
  int error = verdict.error_code;
  if (error == 0 && draw.chance(Purpose::undelivered, m_behaviour.undelivered)) { error = random_loss(draw); }
  if (is_blocked(message.phone, order)) { error = 21610; }  // not refused before: advanced opt-out
  message.sending = leave_at(message, draw.between(Purpose::sending, m_behaviour.sending));
  const Time left = message.sending + Millis{1};
  message.error = static_cast<std::uint16_t>(std::clamp(error, 0, 0xFFFF));
  message.listed = message.created + draw.between(Purpose::list_lag, m_behaviour.list_lag);
  if (error != 0 && fails_at_twilio(error)) {
    message.end = MessageStatus::failed;
    message.ended = left;
    return;
  }
  message.sent = left;
  message.ended = left + draw.between(Purpose::delivering, m_behaviour.delivering);
  message.end = error == 0 ? MessageStatus::delivered : MessageStatus::undelivered;
}

Reply Exchange::create(const MessageOrder& order, const Verdict& verdict) {
  const std::scoped_lock lock(m_mutex);
  if (verdict.refuse != 0) { return Refusal{verdict.refuse}; }
  const bool asynchronous = m_behaviour.advanced_opt_out && !order.service.empty();
  if (is_blocked(order.phone, order) && !asynchronous) { return Refusal{21610}; }
  const Time now = m_clock.now();
  const std::string sender = sender_for(order);
  if (const auto free = m_sender_free.find(sender); free != m_sender_free.end() && free->second > now + k_queue_max) {
    return Refusal{21611};
  }
  const std::string body = (m_behaviour.trial ? std::string(k_trial_prefix) : "") + order.body;
  Message message{.sid = verdict.draw.sid(), .phone = order.phone, .created = now};
  message.ours = m_texts.take(sender);
  message.service = order.service.empty() ? nullptr : m_texts.take(order.service);
  message.body = m_texts.take(body);
  message.segments = static_cast<std::uint8_t>(std::clamp(segments(body), 1, 255));
  plan(message, order, verdict);
  json::Writer writer;
  write(writer, message, m_settings.account_sid, now);
  ++m_statistics["messages_accepted"];
  if (m_behaviour.test_credentials) { return writer.take(); }  // Twilio keeps nothing of them
  if (!order.status_callback.empty()) { tell(message, order.status_callback, verdict.draw); }
  keep(message);
  return writer.take();
}

void Exchange::tell(const Message& message, const std::string& url, const Draw& draw) {
  const auto told = std::make_shared<const Told>(Told{url, draw});
  // The initial status is never told: "accepted" or "scheduled" with a service, "queued" without.
  if (message.service != nullptr) { tell_status(told, message.sid, MessageStatus::queued, message.queued); }
  if (message.sent != k_never) { tell_status(told, message.sid, MessageStatus::sent, message.sent); }
  tell_status(told, message.sid, message.end, message.ended);
}

void Exchange::tell_status(const std::shared_ptr<const Told>& told, const Sid& sid, MessageStatus status, Time at) {
  const Draw event = told->draw.part(static_cast<std::uint64_t>(status));
  post_event(event, at, [this, told, sid, status] { return status_webhook(*told, sid, status); });
}

// Lost, late, overtaken or doubled, as the dice say.
void Exchange::post_event(const Draw& event, Time at, const Courier::Maker& make) {
  if (event.chance(Purpose::callback_loss, m_behaviour.callback_loss)) {
    ++m_statistics["callbacks_lost"];
    return;
  }
  Time due = at + event.between(Purpose::callback_delay, m_behaviour.callback_delay);
  if (event.chance(Purpose::callback_reordering, m_behaviour.callback_reordering)) {
    due += event.between(Purpose::callback_held, m_behaviour.callback_held);
    ++m_statistics["callbacks_held"];
  }
  m_courier.post(due, make);
  if (event.chance(Purpose::callback_duplication, m_behaviour.callback_duplication)) {
    m_courier.post(due + event.between(Purpose::callback_duplicate_delay, m_behaviour.callback_held), make);
    ++m_statistics["callbacks_doubled"];
  }
}

std::optional<Webhook> Exchange::status_webhook(const Told& told, const Sid& sid, MessageStatus status) const {
  const std::scoped_lock lock(m_mutex);
  const auto number = m_messages.find(sid);
  if (!number) { return std::nullopt; }
  const Message& message = m_messages.at(*number);
  if (message.end == MessageStatus::canceled && status != MessageStatus::canceled) { return std::nullopt; }
  const Draw event = told.draw.part(static_cast<std::uint64_t>(status));
  const std::string text_sid = sid.text("SM");
  Webhook webhook{.url = told.url, .token = Sid{event.bits(Purpose::token_high), event.bits(Purpose::token_low)}.text("")};
  auto& p = webhook.parameters;
  p = {{"AccountSid", m_settings.account_sid}, {"ApiVersion", "2010-04-01"}, {"From", from_of(message)}, {"To", to_of(message)}};
  p.insert(p.end(), {{"MessageSid", text_sid}, {"MessageStatus", std::string(to_string(status))}});
  p.insert(p.end(), {{"SmsSid", text_sid}, {"SmsStatus", std::string(to_string(status))}});
  if (message.service != nullptr) { p.emplace_back("MessagingServiceSid", *message.service); }
  const bool bad = status == MessageStatus::failed || status == MessageStatus::undelivered;
  if (bad && message.error != 0) { p.emplace_back("ErrorCode", std::to_string(message.error)); }
  if (status == MessageStatus::delivered || status == MessageStatus::undelivered) {
    const std::string time = to_rfc3339(message.ended);  // "2026-01-15T12:34:56Z" → "2601151234"
    p.emplace_back("RawDlrDoneDate", time.substr(2, 2) + time.substr(5, 2) + time.substr(8, 2) + time.substr(11, 2) + time.substr(14, 2));
  }
  return webhook;
}

Reply Exchange::fetch_message(const Sid& sid) const {
  const std::scoped_lock lock(m_mutex);
  const auto number = m_messages.find(sid);
  if (!number || m_messages.at(*number).deleted) { return Refusal{20404}; }
  json::Writer writer;
  write(writer, m_messages.at(*number), m_settings.account_sid, m_clock.now());
  return writer.take();
}

Reply Exchange::update_message(const Sid& sid, const http::Parameters& form) {
  {
    const std::scoped_lock lock(m_mutex);
    const auto number = m_messages.find(sid);
    if (!number || m_messages.at(*number).deleted) { return Refusal{20404}; }
    Message& message = m_messages.at(*number);
    const Time now = m_clock.now();
    if (http::find(form, "Status") == "canceled") {
      if (status_at(message, now) != MessageStatus::scheduled) { return Refusal{20001, "Only a scheduled message can be canceled"}; }
      message.end = MessageStatus::canceled;
      message.sent = k_never;
      message.ended = now;
    } else if (http::find(form, "Body") == "") {
      m_texts.release(message.body);
      message.body = m_texts.take("");
    } else {
      return Refusal{20001, "Only Status=canceled, or an empty Body, can be set"};
    }
  }
  return fetch_message(sid);
}

bool Exchange::delete_message(const Sid& sid) {
  const std::scoped_lock lock(m_mutex);
  const auto number = m_messages.find(sid);
  if (!number || m_messages.at(*number).deleted) { return false; }
  m_messages.at(*number).deleted = true;
  return true;
}

}  // namespace bizcomms::simulator
