// Whose X-Forwarded-For counts. Addresses are compared as IPv6, an IPv4 one as its mapped form. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/base/result.hpp"
#include "bizcomms/http/message.hpp"

namespace bizcomms::http {

using Address = std::array<std::uint8_t, 16>;

[[nodiscard]] std::optional<Address> parse_address(std::string_view text);  // "10.0.0.1", "::1", no port, no zone
[[nodiscard]] std::string to_string(const Address& address);                // a mapped one as IPv4

class TrustedProxies {
public:
  // "10.0.0.0/8", "10.1.2.3", "fd00::/8". `misconfigured` names the entry that is none of these.
  [[nodiscard]] static Result<TrustedProxies> parse(const std::vector<std::string>& blocks);

  [[nodiscard]] bool contains(const Address& address) const;
  // The rightmost address of X-Forwarded-For that is no trusted proxy, if the peer is one; otherwise the peer. An entry that is no
  // address ends the search: what a trusted proxy did not write cannot be believed.
  [[nodiscard]] std::string client_of(const std::string& peer, const Headers& headers) const;

private:
  struct Block {
    Address address{};
    unsigned bits = 128;
  };
  std::vector<Block> m_blocks;
};

}  // namespace bizcomms::http
