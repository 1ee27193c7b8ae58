#include "http/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "http/field_name.hpp"

namespace bizcomms::http {
namespace {

// RFC 9110, chapter 15, and 428, 429, 431 of RFC 6585.
std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

constexpr std::array<std::string_view, 8> k_own_fields{"Content-Length", "Content-Type", "Transfer-Encoding", "Connection",
                                                       "Keep-Alive",     "Date",         "X-Request-Id",      "Trailer"};

bool is_own(std::string_view name) {
  return std::any_of(k_own_fields.begin(), k_own_fields.end(), [&](std::string_view own) { return same_name(own, name); });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  const auto start = out.size();
  out += name;
  out += ": ";
  out += value;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), is_control, ' ');
  out += "\r\n";
}

// Of a value that is known to be clean.
void append_own(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

}  // namespace

const std::string& DateField::at(Time now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (second != m_second) {
    m_second = second;
    m_text = to_rfc2822(now);  // "… +0000", which HTTP writes as GMT
    if (const auto zone = m_text.rfind(' '); zone != std::string::npos) { m_text.replace(zone + 1, std::string::npos, "GMT"); }
  }
  return m_text;
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::string answer_head(const Response& response, const std::string& request_id, bool keep_alive, const std::string& date) {
  std::string head;
  head.reserve(320);
  head += "HTTP/1.1 ";
  head += fmt::format_int(response.status).str();
  head += ' ';
  head += reason_of(response.status);
  head += "\r\n";
  append_own(head, "Date", date);
  if (has_body(response.status)) {
    if (!response.body.empty()) { append_field(head, "Content-Type", response.content_type); }
    append_own(head, "Content-Length", fmt::format_int(response.body.size()).str());
  }
  append_own(head, "X-Request-Id", request_id);
  for (const auto& [name, value] : response.headers.all()) {
    if (!is_own(name)) { append_field(head, name, value); }
  }
  append_own(head, "Connection", keep_alive ? "keep-alive" : "close");
  head += "\r\n";
  return head;
}

}  // namespace bizcomms::http
