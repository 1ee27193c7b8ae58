#include "simulator/twiml.hpp"

#include <algorithm>
#include <charconv>

namespace bizcomms::simulator {
namespace {

constexpr Millis k_per_character{65};  // about 15 characters a second, Polly's pace
constexpr Millis k_breath{500};
constexpr int k_seconds_max = 3600;

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) { return ""; }
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string attribute(const Element& element, std::string_view name, std::string_view fallback) {
  const auto found = element.attributes.find(name);
  return found == element.attributes.end() ? std::string(fallback) : found->second;
}

int number(const Element& element, std::string_view name, int fallback) {
  const std::string text = attribute(element, name, "");
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= 0 ? std::min(value, k_seconds_max) : fallback;
}

void say(Script& script, const std::string& text) {
  if (text.empty()) { return; }
  script.utterances.push_back({script.length, text});
  script.length += k_breath + k_per_character * static_cast<int>(text.size());
}

void speak(Script& script, const Element& verb) {
  if (verb.name == "Say") { say(script, trimmed(verb.text)); }
  if (verb.name == "Play") { say(script, "♪ " + trimmed(verb.text)); }
  if (verb.name == "Pause") { script.length += std::chrono::seconds{number(verb, "length", 1)}; }
}

void gather(Script& script, const Element& verb) {
  for (const auto& child : verb.children) { speak(script, child); }
  script.length += std::chrono::seconds{number(verb, "timeout", 5)};
  if (script.gather) { return; }
  script.gather = Gather{.action = attribute(verb, "action", ""),
                         .method = attribute(verb, "method", "POST"),
                         .digits = static_cast<std::size_t>(number(verb, "numDigits", 0)),
                         .finish_on_key = attribute(verb, "finishOnKey", "#"),
                         .until = script.length};
}

}  // namespace

std::optional<Script> parse_twiml(std::string_view document) {
  const auto root = parse_xml(document);
  if (!root || root->name != "Response") { return std::nullopt; }
  Script script;
  for (const auto& verb : root->children) {
    if (verb.name == "Hangup" || verb.name == "Reject") { break; }
    if (verb.name == "Redirect") {
      script.redirect = trimmed(verb.text);
      break;
    }
    if (verb.name == "Gather") {
      gather(script, verb);
    } else {
      speak(script, verb);
    }
  }
  return script;
}

std::vector<std::string> parse_replies(std::string_view document) {
  std::vector<std::string> replies;
  const auto root = parse_xml(document);
  if (!root || root->name != "Response") { return replies; }
  for (const auto& verb : root->children) {
    if (verb.name != "Message") { continue; }
    std::string text = trimmed(verb.text);
    for (const auto& child : verb.children) {
      if (child.name == "Body") { text += trimmed(child.text); }
    }
    if (!text.empty()) { replies.push_back(std::move(text)); }
  }
  return replies;
}

}  // namespace bizcomms::simulator
