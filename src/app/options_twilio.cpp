#include "app/options.hpp"

namespace bizcomms::app {
namespace {

constexpr Roles k_twilio = Role::serve | Role::work | Role::check;

}  // namespace

OptionGroup twilio_options(Settings& s) {
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  auto& t = s.twilio;
  return {
      "Twilio",
      {{"twilio-account-sid", &t.account_sid, "The account: AC and 32 hex digits.", k_twilio | Role::simulate, {}, ""},
       {"twilio-auth-token", &t.auth_token, "The account's token; also checks the webhooks' signatures.", k_twilio | Role::simulate},
       {"twilio-former-auth-tokens", &t.former_auth_tokens, "Tokens still accepted in webhooks while the token is being changed.",
        Role::serve, bounds(0, 4)},
       {"twilio-from", &t.senders,
        "What messages come from: phone numbers in E.164 and short codes, or exactly one messaging service (MG…).", k_twilio,
        bounds(0, 400)},
       {"twilio-voice-number", &t.voice.number, "Number that calls come from where the sender is a messaging service or a short code.",
        k_twilio},
       {"twilio-base-url", &t.base_url, "Where Twilio's API is.", k_twilio, bounds(1, 2048)},
       {"public-url", &t.public_url,
        "How Twilio reaches the webhooks, without path: the name that follows failover, never one cell's own. Empty: no callbacks are "
        "asked for.",
        k_twilio},
       {"twilio-connect-timeout", &t.connect_timeout, "Time to connect to Twilio.", Role::work, bounds(Millis{100}, minutes{1})},
       {"twilio-timeout", &t.request_timeout,
        "Time of one request to Twilio once it has a connection; the lease must be at least twice as long.", Role::work,
        bounds(Millis{100}, minutes{2})},
       {"twilio-connections-max", &s.client.connections_max, "Open connections to Twilio; AWS has its own.", Role::work, bounds(1, 4096)},
       {"ca-file", &s.client.ca_file, "File of certificate authorities to trust instead of the system's.",
        k_with_database | Role::simulate},
       {"twilio-voice", &t.voice.voice, "Voice that reads calls out, as Twilio names it.", Role::serve | Role::work, bounds(1, 100)},
       {"twilio-voice-language", &t.voice.language, "Language of that voice.", Role::serve | Role::work, bounds(1, 32)},
       {"twilio-key-timeout", &t.voice.key_timeout, "Time to press 1 after the text.", Role::serve | Role::work,
        bounds(seconds{1}, seconds{60})},
       {"resend-lost-times", &t.resend.lost_times, "How often a message that a carrier lost is sent again (30003, 30008, 30017).",
        Role::serve | Role::work, bounds(0, 5)},
       {"resend-lost-after", &t.resend.lost_after, "How long after; 0s: as Twilio's error asks, 15 minutes to an hour.",
        Role::serve | Role::work, bounds(Millis{0}, hours{24})},
       {"resend-missed-times", &t.resend.missed_times, "How often a call is placed again that met a busy line or no answer.",
        Role::serve | Role::work, bounds(0, 10)},
       {"resend-missed-after", &t.resend.missed_after, "How long after.", Role::serve | Role::work, bounds(Millis{100}, hours{24})},
       {"twilio-ring-timeout", &t.voice.ring_timeout, "How long a phone rings.", Role::serve | Role::work,
        bounds(seconds{5}, seconds{600})}}};
}

}  // namespace bizcomms::app
