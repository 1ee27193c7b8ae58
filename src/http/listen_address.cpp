#include "http/listen_address.hpp"

#include <charconv>

namespace bizcomms::http {

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const Error wrong{
      .code = ErrorCode::misconfigured,
      .message = "\"" + std::string(text) + "\" is no address to listen on; write address:port, such as 127.0.0.1:8000 or [::1]:8000."};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) { return wrong; }
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) { host = host.substr(1, host.size() - 2); }
  if (host.empty() || (!bracketed && host.find_first_of(":[]") != std::string_view::npos)) { return wrong; }
  ListenAddress address{std::string(host), 0};
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (digits.empty() || read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) { return wrong; }
  return address;
}

std::string to_string(const ListenAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace bizcomms::http
