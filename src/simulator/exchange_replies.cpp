// What people write back: keywords, the inbound webhook, and answers to it. Source: Twilio docs "Advanced Opt-Out", "Request to your
// incoming message webhook".
#include <algorithm>
#include <array>
#include <utility>

#include "simulator/exchange.hpp"
#include "simulator/segments.hpp"

namespace bizcomms::simulator {
namespace {

enum class Keyword : std::uint8_t { none, stop, start, help };

Keyword keyword_of(std::string_view body) {
  constexpr std::array<std::string_view, 8> k_stop{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"};
  constexpr std::array<std::string_view, 3> k_start{"START", "UNSTOP", "YES"};
  constexpr std::array<std::string_view, 2> k_help{"HELP", "INFO"};
  const auto first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) { return Keyword::none; }
  std::string word(body.substr(first, body.find_last_not_of(" \t\r\n") - first + 1));
  for (char& c : word) {
    if (c >= 'a' && c <= 'z') { c = static_cast<char>(c - 'a' + 'A'); }
  }
  const auto in = [&word](const auto& words) { return std::find(words.begin(), words.end(), word) != words.end(); };
  if (in(k_stop)) { return Keyword::stop; }
  if (in(k_start)) { return Keyword::start; }
  return in(k_help) ? Keyword::help : Keyword::none;
}

constexpr const char* k_stopped =
    "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.";
constexpr const char* k_started =
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates "
    "May Apply.";
constexpr const char* k_helped = "Reply STOP to unsubscribe. Msg&Data Rates May Apply.";

void block(std::vector<std::string>& blocked, const std::string& sender) {
  if (std::find(blocked.begin(), blocked.end(), sender) == blocked.end()) { blocked.push_back(sender); }
}

}  // namespace

void Exchange::add_reply(std::uint64_t phone, const std::string& ours, const std::string& text, bool automatic) {
  const Time now = m_clock.now();
  const Draw draw(m_settings.seed, "reply", number_text(phone), m_inbound++);
  Message message{.sid = draw.sid(), .phone = phone, .created = now, .queued = now, .sending = now};
  message.ours = m_texts.take(ours);
  message.body = m_texts.take(text);
  message.sent = now + Millis{1};
  message.ended = message.sent + draw.between(Purpose::delivering, m_behaviour.delivering);
  message.listed = now + draw.between(Purpose::list_lag, m_behaviour.list_lag);
  message.direction = Direction::outbound_reply;
  message.segments = static_cast<std::uint8_t>(std::clamp(segments(text), 1, 255));
  message.automatic = automatic;
  keep(message);
}

void Exchange::apply_keyword(const Message& inbound) {
  auto& blocked = touch(inbound.phone).blocked;
  const std::string ours = *inbound.ours;
  switch (keyword_of(*inbound.body)) {
    case Keyword::stop:
      block(blocked, ours);
      if (inbound.service != nullptr) { block(blocked, *inbound.service); }
      return add_reply(inbound.phone, ours, k_stopped, true);
    case Keyword::start:
      blocked.erase(std::remove_if(blocked.begin(), blocked.end(),
                                   [&](const std::string& sender) {
                                     return sender == ours || (inbound.service != nullptr && sender == *inbound.service);
                                   }),
                    blocked.end());
      return add_reply(inbound.phone, ours, k_started, true);
    case Keyword::help:
      return add_reply(inbound.phone, ours, k_helped, true);
    case Keyword::none:
      break;
  }
}

void Exchange::post_inbound(const Message& message) {
  if (m_settings.inbound_url.empty()) { return; }
  const std::string sid = message.sid.text("SM");
  Webhook webhook{.url = m_settings.inbound_url, .token = Draw(m_settings.seed, "inbound", sid, 0).sid().text("")};
  auto& p = webhook.parameters;
  p = {{"ToCountry", "US"},   {"ToState", ""},   {"ToCity", ""},   {"ToZip", ""},
       {"FromCountry", "US"}, {"FromState", ""}, {"FromCity", ""}, {"FromZip", ""}};
  p.insert(p.end(), {{"SmsMessageSid", sid}, {"NumMedia", "0"}, {"SmsSid", sid}, {"SmsStatus", "received"}, {"Body", *message.body}});
  p.insert(p.end(), {{"To", *message.ours}, {"NumSegments", std::to_string(message.segments)}, {"MessageSid", sid}});
  p.insert(p.end(), {{"AccountSid", m_settings.account_sid}, {"From", number_text(message.phone)}, {"ApiVersion", "2010-04-01"}});
  if (message.service != nullptr) {
    p.emplace_back("MessagingServiceSid", *message.service);
    const Keyword keyword = keyword_of(*message.body);
    const char* type = keyword == Keyword::stop ? "STOP" : keyword == Keyword::start ? "START" : "HELP";
    if (m_behaviour.advanced_opt_out && keyword != Keyword::none) { p.emplace_back("OptOutType", type); }
  }
  webhook.answered = [this, phone = message.phone, ours = *message.ours](const Result<http::ClientResponse>& answer) {
    if (!answer || answer->status >= 300) { return; }
    const std::scoped_lock lock(m_mutex);
    for (const auto& text : parse_replies(answer->body)) { add_reply(phone, ours, text, false); }
  };
  m_courier.post(m_clock.now(), [webhook = std::move(webhook)] { return std::optional<Webhook>(webhook); });
}

std::optional<Trouble> Exchange::reply(std::string_view number, const std::string& text, std::string ours) {
  std::uint64_t phone = 0;
  if (!parse_number(number, phone)) { return Trouble{400, "The phone number must be E.164, such as +15551234567."}; }
  if (utf16_length(text) > 1600) { return Trouble{400, "The body must have at most 1600 characters."}; }
  const std::scoped_lock lock(m_mutex);
  const Time now = m_clock.now();
  const std::string* service = nullptr;
  const auto known = m_phones.find(phone);
  const auto items = known == m_phones.end() ? std::span<const std::uint64_t>{} : known->second.kept();
  for (std::size_t i = items.size(); i > 0; --i) {  // the latest that can be answered
    const auto item = items[i - 1];
    if (item % 2 != 0 || m_messages.at(item / 2).direction == Direction::inbound) { continue; }
    const Message& last = m_messages.at(item / 2);
    if (!ours.empty() && *last.ours != ours) { continue; }
    ours = *last.ours;
    service = last.service;
    if (service != nullptr || !last.automatic) { break; }
  }
  if (ours.empty()) {
    return Trouble{409, "Nobody has written to this phone yet. Name the number it writes to: {\"body\":…,\"to\":\"+1…\"}."};
  }
  const Draw draw(m_settings.seed, "inbound", number_text(phone), m_inbound++);
  Message message{.sid = draw.sid(), .phone = phone, .created = now, .queued = now, .sending = now, .sent = now, .ended = now};
  message.ours = m_texts.take(ours);
  message.service = service == nullptr ? nullptr : m_texts.take(*service);
  message.body = m_texts.take(text);
  message.listed = now + draw.between(Purpose::list_lag, m_behaviour.list_lag);
  message.direction = Direction::inbound;
  message.end = MessageStatus::received;
  message.segments = static_cast<std::uint8_t>(std::clamp(segments(text), 1, 255));
  ++m_statistics["messages_inbound"];
  post_inbound(message);
  const Message copy = message;  // its texts live as long as the book's entry
  keep(message);
  apply_keyword(copy);
  return std::nullopt;
}

}  // namespace bizcomms::simulator
