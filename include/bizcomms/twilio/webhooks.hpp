// What Twilio tells us, as typed values. The signature has been checked before (signature.hpp). Errors are `invalid` and name the field.
// Source: Twilio docs on status callbacks, Gather, incoming messages, Advanced Opt-Out; wire facts 1.4, 2.2, 3. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bizcomms/alert/delivery.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/base/tracer.hpp"
#include "bizcomms/http/message.hpp"
#include "bizcomms/twilio/settings.hpp"

namespace bizcomms::twilio {

inline constexpr const char* k_message_status_path = "/v1/webhooks/twilio/message-status";
inline constexpr const char* k_call_status_path = "/v1/webhooks/twilio/call-status";
inline constexpr const char* k_inbound_message_path = "/v1/webhooks/twilio/inbound-message";
inline constexpr const char* k_keypress_path = "/v1/webhooks/twilio/keypress";

// "?d=<delivery>&t=<token>": what we put behind a callback's path, and read back from its query.
[[nodiscard]] std::string reference_query(const alert::DeliveryId& id, const alert::AttemptToken& token);

// "&p=<trace>-<span>", to be put behind it where the request is traced: Twilio sends no trace headers, but its callback to this URL then
// joins the trace as a child of the request that asked for it, and nobody needs to look the alert's trace up. Empty where it is not traced.
[[nodiscard]] std::string origin_query(const OpenSpan& request);
[[nodiscard]] std::optional<Trace> origin_of(const http::Request& callback);

// `form`: the decoded body. `now`: when it arrived; what the callback tells of its own time is preferred where it is sane.
[[nodiscard]] Result<alert::Report> parse_message_status(const http::Request& request, const http::Parameters& form, Time now,
                                                         const ResendSettings& resend = {});
[[nodiscard]] Result<alert::Report> parse_call_status(const http::Request& request, const http::Parameters& form, Time now,
                                                      const ResendSettings& resend = {});

struct Keypress {
  alert::Report report{};  // acknowledged when the key was 1
  std::string digits{};
};
[[nodiscard]] Result<Keypress> parse_keypress(const http::Request& request, const http::Parameters& form, Time now);

enum class OptOutKind : std::uint8_t { out, in, help };

struct OptOutWord {
  OptOutKind kind = OptOutKind::out;
  std::string word{};  // "STOP"; with Advanced Opt-Out Twilio's type, whatever the word was
  bool operator==(const OptOutWord&) const = default;
};

struct InboundMessage {
  alert::ProviderId sid{};
  std::string from{};
  std::string to{};
  std::string body{};
  std::optional<OptOutWord> opt_out{};
  Time at{};
};
// Never answer it with another message: Twilio has replied to the word by itself.
[[nodiscard]] Result<InboundMessage> parse_inbound_message(const http::Request& request, const http::Parameters& form, Time now);

// The whole text, trimmed, whatever its case: STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, OPTOUT; START, UNSTOP, YES; HELP,
// INFO.
[[nodiscard]] std::optional<OptOutWord> opt_out_word(std::string_view body);

// What one of Twilio's status words means; nothing for words that we do not know.
struct StatusMeaning {
  int rank = 0;
  alert::ReportKind kind = alert::ReportKind::accepted;
};
[[nodiscard]] std::optional<StatusMeaning> message_status(std::string_view status);
[[nodiscard]] std::optional<StatusMeaning> call_status(std::string_view status);

}  // namespace bizcomms::twilio
