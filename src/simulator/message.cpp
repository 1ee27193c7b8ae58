#include "simulator/message.hpp"

#include <fmt/format.h>

#include "simulator/twilio_error.hpp"

namespace bizcomms::simulator {
namespace {

constexpr double k_price_of_segment = 0.0079;  // USD; arrives with the end of the message, as Twilio's does

bool sender_chosen(MessageStatus status) { return status != MessageStatus::accepted && status != MessageStatus::scheduled; }

}  // namespace

std::string_view to_string(MessageStatus status) {
  switch (status) {
    case MessageStatus::accepted:
      return "accepted";
    case MessageStatus::scheduled:
      return "scheduled";
    case MessageStatus::queued:
      return "queued";
    case MessageStatus::sending:
      return "sending";
    case MessageStatus::sent:
      return "sent";
    case MessageStatus::delivered:
      return "delivered";
    case MessageStatus::undelivered:
      return "undelivered";
    case MessageStatus::failed:
      return "failed";
    case MessageStatus::canceled:
      return "canceled";
    case MessageStatus::received:
      break;
  }
  return "received";
}

std::string_view to_string(Direction direction) {
  switch (direction) {
    case Direction::outbound_api:
      return "outbound-api";
    case Direction::outbound_reply:
      return "outbound-reply";
    case Direction::inbound:
      break;
  }
  return "inbound";
}

MessageStatus status_at(const Message& message, Time now) {
  if (message.direction == Direction::inbound) { return MessageStatus::received; }
  if (now >= message.ended) { return message.end; }
  if (now >= message.sent) { return MessageStatus::sent; }
  if (now >= message.sending) { return MessageStatus::sending; }
  if (now >= message.queued) { return MessageStatus::queued; }
  return message.scheduled ? MessageStatus::scheduled : MessageStatus::accepted;
}

bool on_phone(const Message& message, Time now) {
  const auto status = status_at(message, now);
  return status == MessageStatus::delivered || status == MessageStatus::received;
}

std::string number_text(std::uint64_t phone) { return "+" + std::to_string(phone); }

bool parse_number(std::string_view text, std::uint64_t& phone) {
  if (!text.starts_with('+')) { return false; }
  text.remove_prefix(1);
  if (text.size() < 7 || text.size() > 15 || text.front() == '0') { return false; }
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') { return false; }
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  phone = value;
  return true;
}

std::string from_of(const Message& message) { return message.direction == Direction::inbound ? number_text(message.phone) : *message.ours; }

std::string to_of(const Message& message) { return message.direction == Direction::inbound ? *message.ours : number_text(message.phone); }

void write(json::Writer& writer, const Message& message, const std::string& account_sid, Time now) {
  const auto status = status_at(message, now);
  const bool chosen = sender_chosen(status);
  const bool ended = now >= message.ended && message.direction != Direction::inbound;
  const auto sid = message.sid.text("SM");
  const std::string uri = "/2010-04-01/Accounts/" + account_sid + "/Messages/" + sid;
  writer.begin_object().field("account_sid", account_sid).field("api_version", "2010-04-01").field("body", *message.body);
  writer.field("date_created", to_rfc2822(message.created));
  writer.key("date_sent");
  now >= message.sent ? writer.value(to_rfc2822(message.sent)) : writer.null();
  writer.field("date_updated", to_rfc2822(ended ? message.ended : now >= message.sent ? message.sent : message.created));
  writer.field("direction", to_string(message.direction));
  writer.key("error_code");
  ended&& message.error != 0 ? writer.value(int{message.error}) : writer.null();
  writer.key("error_message");
  ended&& message.error != 0 ? writer.value(message_of(message.error)) : writer.null();
  writer.key("from");
  chosen ? writer.value(from_of(message)) : writer.null();
  writer.key("messaging_service_sid");
  message.service != nullptr ? writer.value(*message.service) : writer.null();
  writer.field("num_media", "0").field("num_segments", chosen ? std::to_string(message.segments) : "0");
  writer.key("price");
  status == MessageStatus::delivered ? writer.value(fmt::format("{:.5f}", -k_price_of_segment * message.segments)) : writer.null();
  writer.field("price_unit", "USD").field("sid", sid).field("status", to_string(status));
  writer.key("subresource_uris").begin_object().field("media", uri + "/Media.json").end_object();
  writer.field("to", to_of(message)).field("uri", uri + ".json").end_object();
}

}  // namespace bizcomms::simulator
