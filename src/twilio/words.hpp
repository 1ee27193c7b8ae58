// Meanings that webhooks and look-ups share. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bizcomms/twilio/webhooks.hpp"

namespace bizcomms::twilio {

// Why a call failed, for people. `sip_code`: the SIP response, where it is known.
[[nodiscard]] std::string call_failure(std::string_view status, std::string_view sip_code = "");

// What a message to that number of ours means: like opt_out_word, but a toll-free number's block is the carriers', and YES does not undo
// it.
[[nodiscard]] std::optional<OptOutWord> effective_opt_out(std::string_view body, std::string_view to);

// Whether what failed so is sent again.
[[nodiscard]] std::optional<alert::Resending> message_resending(std::optional<int> error_code, const ResendSettings& resend);
[[nodiscard]] std::optional<alert::Resending> call_resending(std::string_view status, const ResendSettings& resend);

}  // namespace bizcomms::twilio
