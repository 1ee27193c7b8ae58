// Hashes, authentication codes, encodings and secret randomness, over OpenSSL. All functions are pure and thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bizcomms::crypto {

using Sha256 = std::array<std::uint8_t, 32>;
using Sha1 = std::array<std::uint8_t, 20>;
using Md5 = std::array<std::uint8_t, 16>;

[[nodiscard]] Sha256 sha256(std::string_view data);
[[nodiscard]] Sha256 hmac_sha256(std::string_view key, std::string_view data);
[[nodiscard]] Sha1 hmac_sha1(std::string_view key, std::string_view data);  // Twilio's signatures use it
[[nodiscard]] Md5 md5(std::string_view data);  // tells damage only, never a forger: SQS sends it along with its messages

[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);     // with padding
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);  // strict: alphabet, length, padding
[[nodiscard]] std::string to_base64url(std::span<const std::uint8_t> bytes);  // no padding; for cursors
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);  // lower case
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

// From the operating system's source; for keys and tokens.
[[nodiscard]] std::string random_bytes(std::size_t count);

// Takes the same time wherever the texts differ. Different lengths: false at once.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace bizcomms::crypto
