#include "http/proxies.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "http/field_name.hpp"
#include "http/trimmed.hpp"

namespace bizcomms::http {
namespace {

constexpr std::array<std::uint8_t, 12> k_mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr std::size_t k_address_text_max = 45;

bool is_mapped(const Address& address) { return std::equal(k_mapped_prefix.begin(), k_mapped_prefix.end(), address.begin()); }

// Load balancers may add the port: "203.0.113.7:41234", "[2001:db8::1]:41234".
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) { return text.substr(1, std::min(text.find(']'), text.size()) - 1); }
  return std::count(text.begin(), text.end(), ':') == 1 ? text.substr(0, text.find(':')) : text;
}

std::vector<std::string_view> forwarded(const Headers& headers) {
  std::vector<std::string_view> entries;
  for (const auto& [name, value] : headers.all()) {
    if (!same_name(name, "x-forwarded-for")) { continue; }
    std::string_view rest = value;
    for (;;) {
      const auto comma = rest.find(',');
      entries.push_back(trimmed(rest.substr(0, comma)));
      if (comma == std::string_view::npos) { break; }
      rest.remove_prefix(comma + 1);
    }
  }
  return entries;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.empty() || text.size() > k_address_text_max) { return std::nullopt; }
  const std::string terminated(text);
  Address address{};
  if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) { return address; }
  std::copy(k_mapped_prefix.begin(), k_mapped_prefix.end(), address.begin());
  if (inet_pton(AF_INET, terminated.c_str(), address.data() + k_mapped_prefix.size()) == 1) { return address; }
  return std::nullopt;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool mapped = is_mapped(address);
  const auto* const bytes = address.data() + (mapped ? k_mapped_prefix.size() : 0);
  inet_ntop(mapped ? AF_INET : AF_INET6, bytes, text.data(), text.size());
  return text.data();
}

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& blocks) {
  TrustedProxies proxies;
  for (const auto& text : blocks) {
    const auto slash = std::min(text.find('/'), text.size());
    const auto address = parse_address(std::string_view(text).substr(0, slash));
    Block block;
    bool sound = address.has_value();
    if (sound && slash < text.size()) {
      const bool v4 = text.find(':') == std::string::npos;
      const auto* const begin = text.data() + slash + 1;
      const auto* const end = text.data() + text.size();
      const auto read = std::from_chars(begin, end, block.bits);
      sound = read.ec == std::errc{} && read.ptr == end && block.bits <= (v4 ? 32U : 128U);
      block.bits += v4 ? 96U : 0U;
    }
    if (!sound) {
      return Error{.code = ErrorCode::misconfigured,
                   .message = "trusted-proxies: \"" + text + "\" is neither an address nor a block such as 10.0.0.0/8."};
    }
    block.address = *address;
    proxies.m_blocks.push_back(block);
  }
  return proxies;
}

bool TrustedProxies::contains(const Address& address) const {
  const auto bit = [](const Address& of, unsigned index) { return (unsigned{of[index / 8]} >> (7U - index % 8U)) & 1U; };
  return std::any_of(m_blocks.begin(), m_blocks.end(), [&](const Block& block) {
    for (unsigned index = 0; index < block.bits; ++index) {
      if (bit(block.address, index) != bit(address, index)) { return false; }
    }
    return true;
  });
}

std::string TrustedProxies::client_of(const std::string& peer, const Headers& headers) const {
  if (m_blocks.empty()) { return peer; }
  const auto peer_address = parse_address(peer);
  if (!peer_address) { return peer; }
  Address client = *peer_address;
  const auto entries = forwarded(headers);
  for (auto entry = entries.rbegin(); entry != entries.rend() && contains(client); ++entry) {
    const auto next = parse_address(without_port(*entry));
    if (!next) { break; }
    client = *next;
  }
  return to_string(client);
}

}  // namespace bizcomms::http
