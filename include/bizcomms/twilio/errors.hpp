// Twilio's error codes: one table of what each means for us, with a sentence for people. Never Twilio's own text, which may hold a number.
// Source: Twilio's error pages and published list; wire facts 1.7 and 2.1; ARCHITECTURE.md, outcome classes. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bizcomms/base/result.hpp"

namespace bizcomms::twilio {

enum class ErrorClass : std::uint8_t {
  throttled,      // surely not taken; later, slower
  outcome_open,   // it may have been taken: look it up
  account_fault,  // our account, credentials or settings: stop sending with them
  sender_fault,   // one number of ours, or the messaging service: stop sending from it
  recipient,      // lies with the recipient's number, phone or network
  opted_out,      // STOP: no more messages to that number
  text,           // lies with the text
  carrier_lost,   // the carrier lost it: once more, later
  defect,         // a request that we should never make
};

struct ErrorRow {
  int code = 0;
  ErrorClass kind = ErrorClass::recipient;
  std::string_view sentence{};
  std::chrono::seconds again_after{0};  // throttled: at least; carrier_lost: exactly
};

[[nodiscard]] std::span<const ErrorRow> error_table();  // by code
[[nodiscard]] const ErrorRow* find_error(int code);     // none for codes we do not know

// "The phone could not be reached." of 30003; "Twilio refused it with error 12345." of codes that are not in the table.
[[nodiscard]] std::string sentence_of(int code);

// Of an answer with that HTTP status (never 2xx), and Twilio's code where its body held one. provider_code is set from it.
//   rate_limited     with retry_after where the table knows it
//   misconfigured    the message says which settings to check; fields: {"account" or "sender", the sentence}, which says what is at fault
//   outcome_unknown  5xx and 408, whatever the body says
//   rejected         recipient or text, for good; codes we do not know too
//   internal         a request that we should never have made
[[nodiscard]] Error error_of(int http_status, std::optional<int> code);

// The same for a code that came with a message that Twilio had taken and then failed.
[[nodiscard]] Error error_of(int code);

// When the carrier lost a message that Twilio had taken: how long to wait before it is sent once more. Nothing: never again.
[[nodiscard]] std::optional<std::chrono::seconds> carrier_retry(int code);

}  // namespace bizcomms::twilio
