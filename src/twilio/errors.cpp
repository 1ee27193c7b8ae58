#include "bizcomms/twilio/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bizcomms::twilio {
namespace {

using namespace std::chrono_literals;
using enum ErrorClass;

// clang-format off
constexpr std::array k_table = {
  ErrorRow{10004, throttled, "Too many calls are open at the same time."},
  ErrorRow{14107, recipient, "Twilio stopped a loop of replies between two numbers."},
  ErrorRow{20003, account_fault, "Twilio does not accept the account SID and auth token, or the account is suspended. Check --twilio-account-sid, --twilio-auth-token and the region in --twilio-base-url."},
  ErrorRow{20404, account_fault, "Twilio does not know the account. Check --twilio-account-sid and --twilio-base-url."},
  ErrorRow{20429, throttled, "Twilio is receiving too many requests at the same time."},
  ErrorRow{20500, outcome_open, "Twilio had trouble; whether it took the message is not known."},
  ErrorRow{20503, outcome_open, "Twilio was overloaded; whether it took the message is not known."},
  ErrorRow{21201, defect, "The call had no number to go to."},
  ErrorRow{21205, account_fault, "Twilio cannot use the call's URL. Check --public-url."},
  ErrorRow{21210, sender_fault, "The number that calls come from is not verified at Twilio. Check --twilio-from and --twilio-voice-number."},
  ErrorRow{21211, recipient, "The phone number is not valid."},
  ErrorRow{21212, sender_fault, "The sender is not a valid number. Check --twilio-from."},
  ErrorRow{21214, recipient, "The phone number cannot be called."},
  ErrorRow{21215, recipient, "Calls to this country are switched off in the Twilio account's geographic permissions."},
  ErrorRow{21216, recipient, "Twilio does not call this phone number."},
  ErrorRow{21217, recipient, "The phone number is not valid."},
  ErrorRow{21219, recipient, "The Twilio account is on trial and calls verified numbers only."},
  ErrorRow{21220, defect, "The call is no longer in a state that could be changed."},
  ErrorRow{21408, recipient, "Messages to this country are switched off in the Twilio account's geographic permissions."},
  ErrorRow{21602, defect, "The message had no text."},
  ErrorRow{21603, defect, "The message had no sender."},
  ErrorRow{21604, defect, "The message had no number to go to."},
  ErrorRow{21606, sender_fault, "The sender's number cannot send messages. Check --twilio-from."},
  ErrorRow{21608, recipient, "The Twilio account is on trial and sends to verified numbers only."},
  ErrorRow{21609, account_fault, "Twilio cannot use the callback's address. Check --public-url."},
  ErrorRow{21610, opted_out, "The recipient has opted out with STOP."},
  ErrorRow{21611, throttled, "The sender's queue at Twilio is full.", 60s},
  ErrorRow{21612, recipient, "Twilio cannot send from our number to this phone number."},
  ErrorRow{21614, recipient, "The phone number is not a mobile number."},
  ErrorRow{21617, text, "The message is longer than 1600 characters."},
  ErrorRow{21620, defect, "The message had an attachment that Twilio cannot use."},
  ErrorRow{21624, defect, "The message's validity period is out of range."},
  ErrorRow{21659, sender_fault, "The sender is not a number of Twilio's, or not for this country. Check --twilio-from."},
  ErrorRow{21660, sender_fault, "The sender belongs to another Twilio account. Check --twilio-from and --twilio-account-sid."},
  ErrorRow{21701, sender_fault, "The messaging service does not exist. Check --twilio-from."},
  ErrorRow{21702, sender_fault, "The messaging service cannot be used. Check --twilio-from."},
  ErrorRow{21703, sender_fault, "The messaging service has no sender that can be used. Add numbers to it at Twilio, or check --twilio-from."},
  ErrorRow{21704, sender_fault, "The messaging service has no senders. Add numbers to it at Twilio, or check --twilio-from."},
  ErrorRow{21705, sender_fault, "The messaging service's SID is not valid. Check --twilio-from."},
  ErrorRow{22005, throttled, "More calls are waiting at Twilio than it makes in a day.", 600s},
  ErrorRow{30001, throttled, "The sender's queue at Twilio is full.", 60s},
  ErrorRow{30002, account_fault, "The Twilio account is suspended. See to it at Twilio."},
  ErrorRow{30003, carrier_lost, "The phone could not be reached: switched off or without signal.", 3600s},
  ErrorRow{30004, recipient, "The recipient or the carrier blocks the message."},
  ErrorRow{30005, recipient, "The phone number is unknown or no longer in use."},
  ErrorRow{30006, recipient, "The phone number is a landline, or its carrier cannot be reached."},
  ErrorRow{30007, text, "The carrier or Twilio took the message for spam."},
  ErrorRow{30008, carrier_lost, "The carrier did not deliver the message and gave no reason.", 900s},
  ErrorRow{30010, recipient, "The message would cost more than the account allows."},
  ErrorRow{30017, carrier_lost, "The carrier's network was congested.", 900s},
  ErrorRow{30022, throttled, "The sender's number sent faster than its carriers allow.", 60s},
  ErrorRow{30023, throttled, "The sender has reached its limit for the day with this carrier.", 3600s},
  ErrorRow{30024, sender_fault, "The sender's number is not set up at the carrier. See to it at Twilio, or check --twilio-from."},
  ErrorRow{30027, throttled, "The sender has reached its limit for the day with this carrier.", 3600s},
  ErrorRow{30032, sender_fault, "The sender's toll-free number is not verified. See to it at Twilio, or check --twilio-from."},
  ErrorRow{30033, sender_fault, "The campaign of the sender's number is suspended. See to it at Twilio, or check --twilio-from."},
  ErrorRow{30034, sender_fault, "The sender's number is not registered for messages in the United States. See to it at Twilio, or check --twilio-from."},
  ErrorRow{30035, sender_fault, "The sender's number is still being set up at Twilio. Wait, or check --twilio-from."},
  ErrorRow{30036, recipient, "The message expired before it could be delivered."},
  ErrorRow{30045, defect, "The message's validity period is out of range."},
  ErrorRow{30410, recipient, "The carrier did not answer in time; the message was not sent again, since it may have arrived."},
  ErrorRow{30450, recipient, "Twilio blocked the message."},
  ErrorRow{63038, throttled, "The Twilio account has reached its limit of messages for the day.", 3600s},
  ErrorRow{90007, defect, "The message's validity period is out of range."},
};
// clang-format on

constexpr bool is_sorted_table() {
  for (std::size_t i = 1; i < k_table.size(); ++i) {
    if (k_table[i - 1].code >= k_table[i].code) { return false; }
  }
  return true;
}
static_assert(is_sorted_table());

ErrorCode code_for(ErrorClass kind) {
  switch (kind) {
    case throttled:
      return ErrorCode::rate_limited;
    case outcome_open:
      return ErrorCode::outcome_unknown;
    case account_fault:
    case sender_fault:
      return ErrorCode::misconfigured;
    case recipient:
    case opted_out:
    case text:
    case carrier_lost:
      return ErrorCode::rejected;
    case defect:
      break;
  }
  return ErrorCode::internal;
}

Error error_from(const ErrorRow& row) {
  Error error{.code = code_for(row.kind), .message = std::string(row.sentence)};
  error.provider_code = row.code;
  if (row.kind == throttled && row.again_after > 0s) { error.retry_after = row.again_after; }
  if (row.kind == account_fault || row.kind == sender_fault) {
    error.fields.push_back({row.kind == account_fault ? "account" : "sender", error.message});
  }
  return error;
}

Error account_error(std::string message) {
  Error error{.code = ErrorCode::misconfigured, .message = std::move(message)};
  error.fields.push_back({"account", error.message});
  return error;
}

// What the HTTP status alone says, where the body named no code, or none that we know.
Error error_of_status(int status, std::optional<int> code) {
  if (status == 429) { return Error{.code = ErrorCode::rate_limited, .message = sentence_of(20429)}; }
  if (status == 401 || status == 403) {
    return account_error(fmt::format(
        "Twilio answered {}: access refused. Check --twilio-account-sid, --twilio-auth-token and the region in --twilio-base-url.",
        status));
  }
  if (code && status >= 400) { return Error{.code = ErrorCode::rejected, .message = sentence_of(*code)}; }
  // Twilio gives a code with every refusal: this came from something between, or from somewhere else.
  return account_error(
      fmt::format("The answer was {} without an error code of Twilio's. Check --twilio-base-url and any proxy on the way.", status));
}

}  // namespace

std::span<const ErrorRow> error_table() { return k_table; }

const ErrorRow* find_error(int code) {
  const auto* const found =
      std::lower_bound(k_table.begin(), k_table.end(), code, [](const ErrorRow& row, int key) { return row.code < key; });
  return found != k_table.end() && found->code == code ? found : nullptr;
}

std::string sentence_of(int code) {
  const ErrorRow* const row = find_error(code);
  return row != nullptr ? std::string(row->sentence) : fmt::format("Twilio refused it with error {}.", code);
}

Error error_of(int http_status, std::optional<int> code) {
  const ErrorRow* const row = code ? find_error(*code) : nullptr;
  Error error;
  if (http_status >= 500 || http_status == 408) {
    error = {.code = ErrorCode::outcome_unknown,
             .message = fmt::format("Twilio answered {}; whether it took the message is not known.", http_status)};
  } else if (row != nullptr && http_status != 429) {
    error = error_from(*row);
  } else {
    error = error_of_status(http_status, code);
  }
  if (code) { error.provider_code = code; }
  return error;
}

Error error_of(int code) { return error_of(400, code); }

std::optional<std::chrono::seconds> carrier_retry(int code) {
  const ErrorRow* const row = find_error(code);
  if (row == nullptr || row->kind != carrier_lost) { return std::nullopt; }
  return row->again_after;
}

}  // namespace bizcomms::twilio
