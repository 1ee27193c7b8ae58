// What a TwiML document makes a phone hear. Source: Twilio docs "TwiML Say", "TwiML Gather", "TwiML for Programmable Messaging".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/base/time.hpp"

namespace bizcomms::simulator {

struct Element {
  std::string name;
  std::map<std::string, std::string, std::less<>> attributes;
  std::string text;  // of its own, entities decoded
  std::vector<Element> children;
};

// The root element of a well-formed document without DTD; nothing otherwise. At most 64 KiB, 16 deep.
[[nodiscard]] std::optional<Element> parse_xml(std::string_view text);

// Something heard, so long after the document began.
struct Utterance {
  Millis at{0};
  std::string text;
};

struct Gather {
  std::string action;
  std::string method = "POST";
  std::size_t digits = 0;  // 0: until finish_on_key
  std::string finish_on_key = "#";
  Millis until{0};  // after the document began
};

struct Script {
  std::vector<Utterance> utterances;  // as if no key is ever pressed
  std::optional<Gather> gather;       // the first one
  std::optional<std::string> redirect;
  Millis length{0};
};

// Nothing when it is no TwiML: the callee hears that an application error has occurred.
[[nodiscard]] std::optional<Script> parse_twiml(std::string_view document);

// The texts of <Message> in a reply to an inbound message.
[[nodiscard]] std::vector<std::string> parse_replies(std::string_view document);

}  // namespace bizcomms::simulator
