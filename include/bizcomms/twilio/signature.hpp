// X-Twilio-Signature: that a webhook comes from Twilio. Source: Twilio docs "Secure webhooks"; wire facts 3.6.
#pragma once

#include <string>
#include <string_view>

#include "bizcomms/base/secret.hpp"
#include "bizcomms/http/message.hpp"
#include "bizcomms/twilio/settings.hpp"

namespace bizcomms::twilio {

// Of that URL (no fragment, no user) and form: Base64 of HMAC-SHA1. Repeated names: their values without repeats, sorted.
[[nodiscard]] std::string signature(const Secret& token, std::string_view url, const http::Parameters& form);

// Whether the request's header is a signature of public_url + the request's target and its form, by the present token, the one that it
// has just replaced, or one of the settings' former ones.
// Accepts the URL with its port, without it, and with the scheme's standard port; of repeated names all values or only the first. A body
// with bodySHA256 in the query is not a form: its hash is compared. False without header, public_url or token. Takes the same time whatever
// differs.
[[nodiscard]] bool is_signed_by_twilio(const Settings& settings, const http::Request& request, const http::Parameters& form);

}  // namespace bizcomms::twilio
