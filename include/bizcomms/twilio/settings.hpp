// What this process must know of Twilio: the account, what it sends from, and where both sides reach each other.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/base/live_secret.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/secret.hpp"

namespace bizcomms::twilio {

struct VoiceSettings {
  std::string number{};                // that calls come from when the sender is a messaging service or a short code, which cannot call
  std::string voice = "Polly.Joanna";  // of <Say>; a pair of voice and language that Twilio lacks makes every call fail
  std::string language = "en-US";
  std::chrono::seconds key_timeout{10};   // to press a key after the text
  std::chrono::seconds ring_timeout{60};  // 5 to 600
};

// What Twilio had taken and what failed on its way, in a manner that may pass.
struct ResendSettings {
  int lost_times = 1;                       // messages that a carrier lost
  std::chrono::milliseconds lost_after{0};  // 0: as long as carrier_retry() says of the error
  int missed_times = 2;                     // calls: the line was busy, or nobody answered
  std::chrono::milliseconds missed_after{180'000};
};

struct Settings {
  std::string account_sid{};                 // "AC…"
  LiveSecret auth_token{};                   // may be rotated while we run
  std::vector<Secret> former_auth_tokens{};  // still accepted in signatures of webhooks while the token is changed
  std::vector<std::string> senders{};        // numbers in E.164, short codes, or exactly one messaging service ("MG…")
  std::string base_url = "https://api.twilio.com";
  std::string public_url{};  // how Twilio reaches the webhooks, without path; empty: no callbacks are asked for
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds request_timeout{15'000};  // the whole request
  VoiceSettings voice{};
  ResendSettings resend{};

  [[nodiscard]] bool uses_service() const;  // the sender is a messaging service
  // `misconfigured` with a sentence that names the option, what is wrong with it and what to give; a field for each option.
  [[nodiscard]] Status check() const;
};

[[nodiscard]] bool is_account_sid(std::string_view text);  // AC and 32 hex digits
[[nodiscard]] bool is_service_sid(std::string_view text);  // MG …
[[nodiscard]] bool is_short_code(std::string_view text);   // 5 or 6 digits
[[nodiscard]] bool is_message_sid(std::string_view text);  // SM … or MM …
[[nodiscard]] bool is_call_sid(std::string_view text);     // CA …

// SMS segments per second that Twilio hands on from that number, unless it has agreed to more; nought for a messaging service, which
// spreads them over its numbers by itself. Source: wire facts 1.8; outside of North America, Twilio's table of rates by kind and
// destination.
[[nodiscard]] double default_segments_per_second(std::string_view sender);

}  // namespace bizcomms::twilio
