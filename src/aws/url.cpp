#include "aws/url.hpp"

#include <algorithm>
#include <charconv>

namespace bizcomms::aws {
namespace {

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<int> parse_port(std::string_view text) {
  int port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535) { return std::nullopt; }
  return port;
}

// Host and port; false where they cannot be used.
bool read_authority(std::string_view text, Url& url) {
  const auto host_end = text.starts_with('[') ? text.find(']') : text.find(':');
  if (text.starts_with('[')) {
    if (host_end == std::string_view::npos) { return false; }
    url.host = lower_case(text.substr(1, host_end - 1));
  } else {
    url.host = lower_case(text.substr(0, host_end));
  }
  const auto colon = text.starts_with('[') ? host_end + 1 : std::min(host_end, text.size());
  url.authority = text.substr(0, colon);
  if (url.host.empty()) { return false; }
  if (colon == text.size()) { return true; }
  const auto port = text[colon] == ':' ? parse_port(text.substr(colon + 1)) : std::nullopt;
  if (port && *port != (url.is_secure ? 443 : 80)) { url.authority = text; }
  return port.has_value();
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') { c = static_cast<char>(c - 'A' + 'a'); }
  }
  return result;
}

std::optional<Url> parse_url(std::string_view text) {
  if (!is_printable(text)) { return std::nullopt; }
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) { return std::nullopt; }
  Url url;
  const std::string scheme = lower_case(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") { return std::nullopt; }
  url.is_secure = scheme == "https";
  text.remove_prefix(scheme_end + 3);
  text = text.substr(0, text.find('#'));
  const auto authority_end = std::min(text.find_first_of("/?"), text.size());
  const std::string_view authority = text.substr(0, authority_end);
  if (authority.find_first_of("@\\") != std::string_view::npos || !read_authority(authority, url)) { return std::nullopt; }
  const auto question = std::min(text.find('?'), text.size());
  url.path = authority_end == question ? "/" : text.substr(authority_end, question - authority_end);
  if (question < text.size()) { url.query = text.substr(question + 1); }
  return url;
}

}  // namespace bizcomms::aws
