#include "http/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "http/field_name.hpp"

namespace bizcomms::http {
namespace {

// RFC 9110, chapter 15, and 428, 429, 431 of RFC 6585.
struct Reason {
  int status;
  std::string_view text;
};

constexpr std::array k_reasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{206, "Partial Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{417, "Expectation Failed"},
    Reason{422, "Unprocessable Content"},
    Reason{428, "Precondition Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
};

std::string_view reason_of(int status) {
  const auto found =
      std::lower_bound(k_reasons.begin(), k_reasons.end(), status, [](const Reason& reason, int wanted) { return reason.status < wanted; });
  return found != k_reasons.end() && found->status == status ? found->text : "Unknown";
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
