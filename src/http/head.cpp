#include "http/head.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <cstdint>

#include "http/field_name.hpp"
#include "http/percent.hpp"

namespace bizcomms::http {
namespace {

namespace beast = boost::beast;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Refusal malformed(std::string detail) { return {400, "malformed", std::move(detail)}; }

// Reads request line and fields of a whole head; the body is framed elsewhere.
class Parser final : public beast::http::basic_parser<true> {
public:
  explicit Parser(Head& head) : m_head(head) {}
  [[nodiscard]] bool is_http11() const { return m_version == 11; }

private:
  using Error = beast::error_code;
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version, Error&) override {
    m_version = version;
    m_head.method = view(method);
    m_head.target = view(target);
  }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value, Error&) override {
    m_head.headers.add(std::string(view(name)), std::string(view(value)));
  }
  void on_response_impl(int, beast::string_view, int, Error&) override {}
  void on_header_impl(Error&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, Error&) override {}
  std::size_t on_body_impl(beast::string_view body, Error&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, Error&) override { return body.size(); }
  void on_finish_impl(Error&) override {}

  Head& m_head;
  int m_version = 0;
};

std::optional<Refusal> check_path(Head& head) {
  const auto raw = std::string_view(head.target).substr(0, head.target.find('?'));
  constexpr std::string_view k_never = "\"<>\\^`{|}";
  if (raw.find_first_of(k_never) != std::string_view::npos) {
    return malformed("The path holds a character that must be percent-encoded.");
  }
  auto path = percent_decode(raw, Plus::plus);
  if (!path) { return malformed("The path is not valid percent-encoded UTF-8."); }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(path->begin(), path->end(), is_control)) { return malformed("The path holds an encoded control character."); }
  head.path = std::move(*path);
  return std::nullopt;
}

std::optional<Refusal> check_target(Head& head) {
  const auto& target = head.target;
  if (target.size() > k_target_bytes_max) { return Refusal{414, "target_too_long", "The request target is longer than 2048 bytes."}; }
  if (target.front() != '/') { return malformed("The request target must be a path, such as /health."); }
  const auto is_plain = [](char c) { return c > 0x20 && c < 0x7F && c != '#'; };
  if (!std::all_of(target.begin(), target.end(), is_plain)) {
    return malformed("The request target holds a character that must be percent-encoded.");
  }
  return check_path(head);
}

bool is_host(std::string_view value) {
  constexpr std::string_view k_marks = "-._~:[]%";
  return !value.empty() &&
         std::all_of(value.begin(), value.end(), [&](char c) { return is_alphanumeric(c) || k_marks.find(c) != std::string_view::npos; });
}

// Fields that decide how the message is framed or read, each counted: two of them may be read differently by two servers.
struct Framing {
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  int types = 0;
  std::string_view host;
  std::string_view length;
  std::string_view encoding;
  std::optional<std::string_view> content_encoding;
  std::optional<std::string_view> expect;
};

Framing framing_of(const Headers& headers) {
  Framing framing;
  for (const auto& [name, value] : headers.all()) {
    if (same_name(name, "host")) {
      ++framing.hosts;
      framing.host = value;
    } else if (same_name(name, "content-length")) {
      ++framing.lengths;
      framing.length = value;
    } else if (same_name(name, "transfer-encoding")) {
      ++framing.encodings;
      framing.encoding = value;
    } else if (same_name(name, "content-type")) {
      ++framing.types;
    } else if (same_name(name, "content-encoding")) {
      framing.content_encoding = value;
    } else if (same_name(name, "expect")) {
      framing.expect = value;
    }
  }
  return framing;
}

std::optional<Refusal> check_length(std::string_view length, Head& head) {
  if (length.empty() || !std::all_of(length.begin(), length.end(), is_digit)) {
    return malformed("Content-Length must be a plain decimal number.");
  }
  const auto read = std::from_chars(length.data(), length.data() + length.size(), head.content_length);
  if (read.ec != std::errc{}) { head.content_length = SIZE_MAX; }  // beyond any limit
  return std::nullopt;
}

std::optional<Refusal> check_framing(const Framing& framing, bool http11, Head& head) {
  if (framing.hosts != 1 || !is_host(framing.host)) { return malformed("There must be exactly one Host field, with a valid host."); }
  if (framing.lengths > 1) { return malformed("There is more than one Content-Length."); }
  if (framing.types > 1) { return malformed("There is more than one Content-Type."); }
  if (framing.encodings > 0) {
    if (framing.lengths > 0) { return malformed("Content-Length and Transfer-Encoding exclude each other."); }
    if (!http11) { return malformed("Transfer-Encoding does not exist in HTTP/1.0."); }
    if (framing.encodings > 1 || !same_name(framing.encoding, "chunked")) {
      return malformed("The only Transfer-Encoding served is chunked.");
    }
    head.chunked = true;
  }
  return framing.lengths == 1 ? check_length(framing.length, head) : std::nullopt;
}

std::optional<Refusal> check_body(const Framing& framing, bool http11, Head& head) {
  const bool may_have_body = head.method == "POST" || head.method == "PUT" || head.method == "PATCH";
  if (!may_have_body && (head.chunked || head.content_length > 0)) {
    return malformed("Only POST, PUT and PATCH requests may have a body.");
  }
  if (framing.content_encoding) { return Refusal{415, "content_encoding", "Content-Encoding is not served; send the body as it is."}; }
  if (!framing.expect) { return std::nullopt; }
  if (!same_name(*framing.expect, "100-continue")) { return Refusal{417, "expectation", "The only expectation served is 100-continue."}; }
  head.expects_continue = http11;
  return std::nullopt;
}

Refusal refusal_of(const beast::error_code& found) {
  using beast::http::error;
  if (found == error::bad_method) { return malformed("The request line has no valid method."); }
  if (found == error::bad_target) { return malformed("The request line has no valid target."); }
  if (found == error::bad_content_length || found == error::multiple_content_length) {
    return malformed("Content-Length must be given once, as a plain decimal number, and without Transfer-Encoding.");
  }
  if (found == error::bad_transfer_encoding) {
    return malformed("Transfer-Encoding must be given once, as chunked, and without Content-Length.");
  }
  return malformed("A header field is malformed.");
}

}  // namespace

std::string_view Head::query() const {
  const auto mark = target.find('?');
  return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
}

std::optional<Refusal> check_version(std::string_view request_line) {
  constexpr std::string_view k_http = " HTTP/";
  const auto wanted = k_http.size() + 3;
  const auto version = request_line.size() > wanted ? request_line.substr(request_line.size() - wanted) : std::string_view{};
  const bool shaped = version.starts_with(k_http) && is_digit(version[6]) && version[7] == '.' && is_digit(version[8]);
  if (!shaped) { return malformed("The request line must be a method, a path and HTTP/1.1, with one space between them."); }
  if (version.substr(6) == "1.1" || version.substr(6) == "1.0") { return std::nullopt; }
  return Refusal{505, "version", "Only HTTP/1.1 and HTTP/1.0 are served here."};
}

std::optional<Refusal> parse_head(std::string_view text, Head& head) {
  Parser parser(head);
  parser.header_limit(UINT32_MAX);  // the framer has its own limits
  parser.body_limit(boost::none);
  beast::error_code error;
  parser.put(boost::asio::const_buffer(text.data(), text.size()), error);
  if (error) { return refusal_of(error); }
  if (!parser.is_header_done()) { return malformed("The head of the request is malformed."); }
  head.keep_alive = parser.keep_alive();
  const bool http11 = parser.is_http11();
  if (auto refused = check_target(head)) { return refused; }
  const auto framing = framing_of(head.headers);
  if (auto refused = check_framing(framing, http11, head)) { return refused; }
  return check_body(framing, http11, head);
}

}  // namespace bizcomms::http
