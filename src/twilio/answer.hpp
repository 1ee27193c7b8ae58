// What Twilio's answers say. Pure.
#pragma once

#include <optional>
#include <string>

#include "bizcomms/alert/delivery.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::twilio {

inline constexpr int k_unauthenticated = 401;  // account SID and token do not fit: 20003

// The error of an answer that is not 2xx: by Twilio's code where the body holds one, with Retry-After where it was sent.
[[nodiscard]] Error error_of_answer(const http::ClientResponse& answer);

// Of a request that creates a message or call. A body that cannot be read after a 2xx is outcome_unknown: Twilio has it.
[[nodiscard]] Result<alert::ProviderId> created_sid(const http::ClientResponse& answer, alert::Channel channel);

}  // namespace bizcomms::twilio
