#include "bizcomms/twilio/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "bizcomms/alert/validation.hpp"

namespace bizcomms::twilio {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t k_senders_max = 1000;

bool is_sid(std::string_view text, std::string_view prefix) {
  return text.size() == 34 && text.starts_with(prefix) && text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
}

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

// The host and port of "https://host:port", exactly that: no path, user, query or fragment. Nothing otherwise.
std::optional<std::string_view> authority_of_plain_url(std::string_view url) {
  if (!is_visible_ascii(url)) { return std::nullopt; }
  if (url.starts_with("https://")) {
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  if (url.empty() || url.find_first_of("/?#@\\") != std::string_view::npos) { return std::nullopt; }
  return url;
}

// Region without edge: switched off on 2026-04-28, and before that run in the US. Source: wire facts 4.1.
bool is_dead_host(std::string_view authority) {
  constexpr std::array<std::string_view, 7> k_dead = {"api.ie1.twilio.com", "api.au1.twilio.com", "api.br1.twilio.com",
                                                      "api.de1.twilio.com", "api.jp1.twilio.com", "api.sg1.twilio.com",
                                                      "api.us2.twilio.com"};
  return std::find(k_dead.begin(), k_dead.end(), authority.substr(0, authority.find(':'))) != k_dead.end();
}

class Findings {
public:
  void add(std::string option, std::string message) { m_fields.push_back({std::move(option), std::move(message)}); }

  [[nodiscard]] Status status() && {
    if (m_fields.empty()) { return {}; }
    std::string sentence;
    for (const FieldError& field : m_fields) {
      if (!sentence.empty()) { sentence += ' '; }
      sentence += fmt::format("--{} {}.", field.field, field.message);
    }
    return Error{.code = ErrorCode::misconfigured, .message = std::move(sentence), .cause = {}, .fields = std::move(m_fields)};
  }

private:
  std::vector<FieldError> m_fields;
};

void check_senders(const Settings& settings, Findings& findings) {
  const auto& senders = settings.senders;
  const auto wrong = [&findings](std::string message) { findings.add("twilio-from", std::move(message)); };
  if (senders.empty()) { return wrong("is empty; give numbers like +15005550006, separated by commas, or one messaging service (MG…)"); }
  if (senders.size() > k_senders_max) {
    return wrong(fmt::format("has {} numbers; at most {} are allowed", senders.size(), k_senders_max));
  }
  const auto services = std::count_if(senders.begin(), senders.end(), is_service_sid);
  if (services > 0 && senders.size() > 1) {
    return wrong("names a messaging service beside others; give one messaging service alone, or numbers only");
  }
  if (services == 1) { return; }
  for (std::size_t i = 0; i < senders.size(); ++i) {
    if (!alert::is_phone_number(senders[i]) && !is_short_code(senders[i])) {
      return wrong(
          fmt::format("has no number at place {}; write '+', then 7 to 15 digits, or a short code of 5 or 6 digits, or one messaging "
                      "service (MG and 32 hex "
                      "digits)",
                      i + 1));
    }
    if (std::count(senders.begin(), senders.end(), senders[i]) > 1) {
      return wrong(fmt::format("names {} twice; name each number once", masked_number(senders[i])));
    }
  }
}

void check_account(const Settings& settings, Findings& findings) {
  if (!is_account_sid(settings.account_sid)) {
    findings.add("twilio-account-sid", settings.account_sid.empty()
                                           ? "is empty; give the account's SID (AC and 32 hex digits)"
                                           : "is no account SID; it is AC and 32 hex digits, also when an API key is used");
  }
  if (const auto token = settings.auth_token.current(); token->empty()) {
    findings.add("twilio-auth-token", "is empty; give the account's auth token");
  } else if (!is_visible_ascii(token->reveal())) {
    findings.add("twilio-auth-token", "holds blanks or other characters that no token has; check for a line break at its end");
  }
}

void check_urls(const Settings& settings, Findings& findings) {
  const auto base = authority_of_plain_url(settings.base_url);
  if (!base) {
    findings.add("twilio-base-url", "is no address; write it as https://api.twilio.com, without a path or a slash at the end");
  } else if (is_dead_host(*base)) {
    findings.add("twilio-base-url",
                 "names a host that Twilio has switched off; name the edge too, as in https://api.dublin.ie1.twilio.com");
  }
  if (settings.public_url.empty()) { return; }
  const auto own = authority_of_plain_url(settings.public_url);
  if (!own) {
    findings.add("public-url", "is no address; write it as https://alerts.example.com, without a path or a slash at the end");
  } else if (own->find('_') != std::string_view::npos) {
    findings.add("public-url", "has an underscore in its host, which Twilio refuses; use another name");
  }
}

void check_voice(const Settings& settings, Findings& findings) {
  const VoiceSettings& voice = settings.voice;
  if (!voice.number.empty() && !alert::is_phone_number(voice.number)) {
    findings.add("twilio-voice-number", "is no number; write '+', then 7 to 15 digits");
  }
  if (voice.voice.empty() || !is_visible_ascii(voice.voice) || voice.voice.size() > 100) {
    findings.add("twilio-voice", "is no voice; Polly.Joanna is the default");
  }
  if (voice.language.empty() || !is_visible_ascii(voice.language) || voice.language.size() > 20) {
    findings.add("twilio-voice-language", "is no language; en-US is the default");
  }
  if (voice.key_timeout < 1s || voice.key_timeout > 60s) { findings.add("twilio-key-timeout", "must be 1 s to 60 s; 10 s is the default"); }
  if (voice.ring_timeout < 5s || voice.ring_timeout > 600s) {
    findings.add("twilio-ring-timeout", "must be 5 s to 600 s; 60 s is the default");
  }
}

}  // namespace

bool is_account_sid(std::string_view text) { return is_sid(text, "AC"); }
bool is_service_sid(std::string_view text) { return is_sid(text, "MG"); }
bool is_message_sid(std::string_view text) { return is_sid(text, "SM") || is_sid(text, "MM"); }
bool is_call_sid(std::string_view text) { return is_sid(text, "CA"); }

bool is_short_code(std::string_view text) {
  return (text.size() == 5 || text.size() == 6) && text.find_first_not_of("0123456789") == std::string_view::npos;
}

double default_segments_per_second(std::string_view sender) {
  constexpr std::array<std::string_view, 7> k_toll_free = {"+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888"};
  if (is_service_sid(sender)) { return 0; }
  if (is_short_code(sender)) { return 100; }
  if (!sender.starts_with("+1")) { return 10; }
  return std::find(k_toll_free.begin(), k_toll_free.end(), sender.substr(0, 5)) != k_toll_free.end() ? 3 : 1;
}

bool Settings::uses_service() const { return senders.size() == 1 && is_service_sid(senders.front()); }

Status Settings::check() const {
  Findings findings;
  check_account(*this, findings);
  check_senders(*this, findings);
  check_urls(*this, findings);
  check_voice(*this, findings);
  if (request_timeout < 100ms || connect_timeout < 100ms) {
    findings.add("twilio-timeout", "must be at least 100 ms; 15 s is the default");
  } else if (connect_timeout > request_timeout) {
    findings.add("twilio-connect-timeout", "must not be longer than the whole request's");
  }
  return std::move(findings).status();
}

}  // namespace bizcomms::twilio
