#include "bizcomms/twilio/twiml.hpp"

#include <fmt/format.h>

#include <limits>

#include "bizcomms/alert/delivery.hpp"
#include "bizcomms/alert/validation.hpp"
#include "bizcomms/twilio/webhooks.hpp"

namespace bizcomms::twilio {
namespace {

constexpr std::string_view k_head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>";
constexpr std::string_view k_tail = "</Response>";

// The number of bytes of the UTF-8 character that `text` begins with; 0 when it begins with none (RFC 3629).
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) { return 1; }
  if (first >= 0xC2 && first <= 0xDF) { return follows(1) ? 2 : 0; }
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool too_large = first == 0xF4 && byte(1) > 0x8F;
    return follows(1) && follows(2) && follows(3) && !overlong && !too_large ? 4 : 0;
  }
  return 0;
}

bool is_allowed(std::string_view character) {
  if (character.size() == 1) {
    const auto c = static_cast<unsigned char>(character.front());
    return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
  }
  return character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";  // U+FFFE, U+FFFF
}

std::string_view entity_of(std::string_view character) {
  if (character == "&") { return "&amp;"; }
  if (character == "<") { return "&lt;"; }
  if (character == ">") { return "&gt;"; }
  if (character == "\"") { return "&quot;"; }
  if (character == "'") { return "&apos;"; }
  return character;
}

std::string say(const VoiceSettings& voice, std::string_view text) {
  return fmt::format(R"(<Say voice="{}" language="{}">{}</Say>)", xml_escaped(voice.voice), xml_escaped(voice.language), xml_escaped(text));
}

// With a full stop, so that the voice makes a pause before what follows.
std::string as_sentence(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  std::string sentence(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
  constexpr std::string_view k_ends = ".!?:;,";
  if (!sentence.empty() && k_ends.find(sentence.back()) == std::string_view::npos) { sentence += '.'; }
  return sentence;
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, length);
    if (length > 0 && is_allowed(character)) { escaped += entity_of(character); }
    text.remove_prefix(length > 0 ? length : 1);
  }
  return escaped;
}

std::string call_document(const Settings& settings, std::string_view title, std::string_view message, std::string_view keypress_url) {
  const VoiceSettings& voice = settings.voice;
  const std::string spoken = fmt::format("{} {}", as_sentence(title), as_sentence(message));
  if (keypress_url.empty()) { return fmt::format("{}{}<Hangup/>{}", k_head, say(voice, spoken), k_tail); }
  return fmt::format(
      "{}"
      R"(<Gather input="dtmf" numDigits="1" timeout="{}" finishOnKey="" action="{}" method="POST">{}</Gather>)"
      "{}<Hangup/>{}",
      k_head, voice.key_timeout.count(), xml_escaped(keypress_url), say(voice, spoken + " Press 1 to acknowledge."),
      say(voice, "No input received. Goodbye."), k_tail);
}

std::size_t twiml_length(std::string_view title, std::string_view message, const Settings& settings) {
  std::string url;
  if (!settings.public_url.empty()) {
    const alert::DeliveryId longest{.batch = std::numeric_limits<std::int32_t>::max(), .channel = alert::Channel::voice};
    url = settings.public_url + k_keypress_path + reference_query(longest, {});
  }
  return alert::utf16_units(call_document(settings, title, message, url));
}

std::string acknowledged_document(const Settings& settings) {
  return fmt::format("{}{}<Hangup/>{}", k_head, say(settings.voice, "Thank you. The alert is acknowledged. Goodbye."), k_tail);
}

std::string not_acknowledged_document(const Settings& settings) {
  return fmt::format("{}{}<Hangup/>{}", k_head, say(settings.voice, "The alert is not acknowledged. Goodbye."), k_tail);
}

}  // namespace bizcomms::twilio
