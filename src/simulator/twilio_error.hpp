// Twilio's error codes as its API and its message resources tell them.
#pragma once

#include <string>

#include "bizcomms/http/message.hpp"

namespace bizcomms::simulator {

struct Refusal {
  int code = 0;              // Twilio's
  std::string message = {};  // empty: the code's usual one
};

// The HTTP status that goes with a code in the answer to a request; 400 for those without one of their own.
[[nodiscard]] int http_status(int code);
[[nodiscard]] std::string message_of(int code);
// {"code":…,"message":…,"more_info":…,"status":…}, as Twilio writes it.
[[nodiscard]] http::Response to_response(const Refusal& refusal);

// Whether a message that ends with this code never left Twilio ("failed"), or was lost on its way ("undelivered").
[[nodiscard]] bool fails_at_twilio(int code);

}  // namespace bizcomms::simulator
