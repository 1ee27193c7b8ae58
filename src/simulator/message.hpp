// One message as the simulator keeps it: compact, and with its whole future decided when it was taken, so that a status is a
// function of the time and no timer runs for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bizcomms/base/time.hpp"
#include "bizcomms/json/writer.hpp"
#include "simulator/draw.hpp"

namespace bizcomms::simulator {

enum class MessageStatus : std::uint8_t { accepted, scheduled, queued, sending, sent, delivered, undelivered, failed, canceled, received };
enum class Direction : std::uint8_t { outbound_api, outbound_reply, inbound };

[[nodiscard]] std::string_view to_string(MessageStatus status);
[[nodiscard]] std::string_view to_string(Direction direction);

inline constexpr Time k_never = Time::max();

// The texts belong to a TextPool.
struct Message {
  Sid sid;
  std::uint64_t phone = 0;               // the person's number, without its '+'
  const std::string* ours = nullptr;     // the number or sender of the account
  const std::string* service = nullptr;  // null: sent without a messaging service
  const std::string* body = nullptr;
  Time created{};
  Time queued{};  // later than created only with a service, or when scheduled
  Time sending{};
  Time sent = k_never;  // never: it fails before it leaves
  Time ended{};
  Time listed{};  // from here lists show it
  std::uint16_t error = 0;
  MessageStatus end = MessageStatus::delivered;
  Direction direction = Direction::outbound_api;
  std::uint8_t segments = 0;
  bool scheduled = false;
  bool deleted = false;    // from Twilio's records; the phone keeps it
  bool automatic = false;  // Twilio's own answer to STOP, START, HELP
};

[[nodiscard]] MessageStatus status_at(const Message& message, Time now);
// The phone has it (or, inbound, has sent it).
[[nodiscard]] bool on_phone(const Message& message, Time now);

[[nodiscard]] std::string number_text(std::uint64_t phone);  // "+15551234567"
// E.164: '+', then 7 to 15 digits, the first not 0.
[[nodiscard]] bool parse_number(std::string_view text, std::uint64_t& phone);

[[nodiscard]] std::string from_of(const Message& message);
[[nodiscard]] std::string to_of(const Message& message);

// Twilio's message resource.
void write(json::Writer& writer, const Message& message, const std::string& account_sid, Time now);

}  // namespace bizcomms::simulator
