// Answers that say what is wrong: application/problem+json (RFC 9457). Pure.
#pragma once

#include <chrono>
#include <string>

#include "bizcomms/base/result.hpp"
#include "bizcomms/http/message.hpp"

namespace bizcomms::api {

// The one switch from what a caller can do to an HTTP status. 422 is decided by whoever knows that an idempotency key is at stake.
[[nodiscard]] int status_of(ErrorCode code);

// `fallback` is what Retry-After says on 429 and 503 where the error does not know better. 5xx never shows the inside.
[[nodiscard]] http::Response problem(const Error& error, const std::string& request_id, std::chrono::seconds fallback);
[[nodiscard]] http::Response problem_with_status(int status, const Error& error, const std::string& request_id,
                                                 std::chrono::seconds fallback);

}  // namespace bizcomms::api
