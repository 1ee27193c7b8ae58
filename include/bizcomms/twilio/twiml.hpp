// TwiML: what a call says. Source: Twilio docs "TwiML Say", "TwiML Gather"; wire facts 2.3. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "bizcomms/twilio/settings.hpp"

namespace bizcomms::twilio {

inline constexpr const char* k_twiml_content_type = "text/xml; charset=utf-8";

// For element text and attributes alike: & < > " ' as entities; characters that XML 1.0 forbids, and bytes that are not UTF-8, are left
// out.
[[nodiscard]] std::string xml_escaped(std::string_view text);

// Says title and message, and takes one key, which Twilio posts to `keypress_url`. With an empty URL no key is asked for.
[[nodiscard]] std::string call_document(const Settings& settings, std::string_view title, std::string_view message,
                                        std::string_view keypress_url);

// UTF-16 units of the longest document that a call with this text can have: escaped, and with the longest possible ids. At most
// alert::k_twiml_max may be sent.
[[nodiscard]] std::size_t twiml_length(std::string_view title, std::string_view message, const Settings& settings);

// The answer to a pressed key.
[[nodiscard]] std::string acknowledged_document(const Settings& settings);      // it was 1: thanks
[[nodiscard]] std::string not_acknowledged_document(const Settings& settings);  // it was another

}  // namespace bizcomms::twilio
