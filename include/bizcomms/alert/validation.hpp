// The rules for what callers write. Every error names the field, the limit and what to do. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/alert/values.hpp"

namespace bizcomms::alert {

inline constexpr std::size_t k_title_max = 200;     // code points
inline constexpr std::size_t k_message_max = 1600;  // code points
inline constexpr std::size_t k_sms_max = 1600;      // UTF-16 units of title, line break, message: Twilio's error 21617
inline constexpr std::size_t k_twiml_max = 4000;    // characters of the whole TwiML document
inline constexpr std::size_t k_name_max = 200;      // code points
inline constexpr std::size_t k_tags_max = 50;
inline constexpr std::size_t k_tag_max = 64;  // code points, after trimming

[[nodiscard]] std::size_t code_points(std::string_view utf8);
[[nodiscard]] std::size_t utf16_units(std::string_view utf8);

// What is sent by SMS: title, line break, message.
[[nodiscard]] std::string sms_text(const AlertDraft& draft);

// Empty: valid. The length of TwiML is Twilio's affair and is given by the caller (twilio::twiml_length).
[[nodiscard]] std::vector<FieldError> problems(const AlertDraft& draft, std::size_t twiml_length);
[[nodiscard]] std::vector<FieldError> problems(const RecipientDraft& draft);

// E.164: '+', then 7 to 15 digits, the first not 0.
[[nodiscard]] bool is_phone_number(std::string_view text);

// Trims (Unicode white space), lower-cases (ASCII, Latin-1, Greek and Cyrillic letters), sorts, removes repeats.
[[nodiscard]] std::vector<std::string> normalised_tags(std::vector<std::string> tags);

[[nodiscard]] AlertDraft changed(AlertDraft content, const AlertChange& change);
[[nodiscard]] RecipientDraft changed(RecipientDraft content, const RecipientChange& change);

}  // namespace bizcomms::alert
