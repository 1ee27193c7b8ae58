// Requests and responses as both halves of the product see them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bizcomms/base/trace.hpp"

namespace bizcomms::http {

// Field names compare without case; order is kept; repeats are allowed.
class Headers {
public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : m_fields(fields) {}
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;  // the first
  void add(std::string name, std::string value);
  void set(std::string_view name, std::string value);  // replaces all of that name
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const { return m_fields; }

private:
  std::vector<std::pair<std::string, std::string>> m_fields;
};

// Decoded name/value pairs of a query or a form, in order.
using Parameters = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::optional<std::string_view> find(const Parameters& parameters, std::string_view name);

// application/x-www-form-urlencoded, strictly: nothing on a bad escape, invalid UTF-8, U+0000, or more than `max` pairs.
[[nodiscard]] std::optional<Parameters> parse_form(std::string_view text, std::size_t max = 200);
[[nodiscard]] std::string to_form(const Parameters& parameters);  // RFC 3986 unreserved stay, space is %20
[[nodiscard]] std::string percent_encode(std::string_view text);

struct Request {
  std::string method;                 // "GET"
  std::string target;                 // path and query as sent, byte for byte; at most 2 KiB
  std::string path;                   // decoded
  std::vector<std::string> captures;  // what the route's {…} matched, decoded
  Parameters query;                   // decoded
  Headers headers;
  std::string body;
  std::string client_address;  // of the peer, or of the client behind trusted proxies
  std::string id;              // the caller's X-Request-Id where sane, otherwise our own
  Trace trace;                 // from traceparent, X-Amzn-Trace-Id, or new; for what is done for this request: its span is the parent
  std::string span_id = {};    // of this request; empty: not traced
  // Set by a handler that has checked who asks. Until then its trace is a stranger's say, and its span is not kept.
  mutable bool of_known_caller = false;
};

// How a server ends an exchange. All but `answer` are for simulators and tests.
enum class Ending : unsigned char {
  answer,  // the response is written
  reset,   // the connection is closed with RST, no response byte leaves
  hang,    // nothing is ever written; the connection stays until the client closes it or the server stops
};

struct Response {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json";  // not sent where there is no body
  Headers headers = {};
  Ending ending = Ending::answer;
  std::chrono::milliseconds delay{0};  // before the ending; holds no handler thread
};

}  // namespace bizcomms::http
