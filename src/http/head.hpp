// One request's head, from text to checked values. Pure; Boost.Beast reads the syntax, and what it lets pass but must not pass
// (request smuggling, foreign forms) is refused here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bizcomms/http/message.hpp"

namespace bizcomms::http {

// Why a request is not served. `reason` is a word for metrics, `detail` a sentence for the caller.
struct Refusal {
  int status = 400;
  std::string_view reason = "malformed";
  std::string detail;
};

struct Head {
  std::string method;  // any token: whether it is known is the router's business
  std::string target;  // origin form, as sent
  std::string path;    // decoded
  Headers headers;
  bool keep_alive = true;
  bool chunked = false;
  bool expects_continue = false;
  std::size_t content_length = 0;  // 0 with `chunked`

  [[nodiscard]] std::string_view query() const;  // of the target, as sent
};

inline constexpr std::size_t k_target_bytes_max = 2048;
inline constexpr std::size_t k_request_line_bytes_max = k_target_bytes_max + 64;
inline constexpr std::size_t k_fields_max = 100;

// `text` goes through the empty line and has no bare CR or LF. On a refusal `head` holds what was read before it.
[[nodiscard]] std::optional<Refusal> parse_head(std::string_view text, Head& head);

// Of a request line without its CRLF: whether it ends in a version, and in one that is served.
[[nodiscard]] std::optional<Refusal> check_version(std::string_view request_line);

}  // namespace bizcomms::http
