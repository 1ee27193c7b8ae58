// Identifiers: 16 bytes, time-ordered (UUID version 7, RFC 9562), as text a prefix and 26 digits of Crockford's base 32 in lower
// case, so that text order is time order. Distinct types keep an alert's id from being passed as a recipient's.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "bizcomms/base/random.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;

  [[nodiscard]] bool is_nil() const;
  [[nodiscard]] std::string to_hex() const;     // "0190…-….", the 36-character form that PostgreSQL reads and writes
  [[nodiscard]] std::string to_base32() const;  // 26 characters
  [[nodiscard]] Time time() const;              // version 7's first 48 bits
  [[nodiscard]] static std::optional<Uuid> from_hex(std::string_view text);     // 36 or 32 hex digits, either case
  [[nodiscard]] static std::optional<Uuid> from_base32(std::string_view text);  // exactly what to_base32 writes
  // The smallest id of that millisecond: bounds for "created after".
  [[nodiscard]] static Uuid at(Time time);
};

template <class Tag>
struct Id {
  Uuid uuid{};
  auto operator<=>(const Id&) const = default;

  [[nodiscard]] std::string to_string() const { return std::string(Tag::k_prefix) + uuid.to_base32(); }
  [[nodiscard]] static std::optional<Id> parse(std::string_view text) {
    if (!text.starts_with(Tag::k_prefix)) { return std::nullopt; }
    const auto uuid = Uuid::from_base32(text.substr(Tag::k_prefix.size()));
    if (!uuid) { return std::nullopt; }
    return Id{*uuid};
  }
};

// Makes ids that rise strictly within one source, also within a millisecond and when the clock steps back. Thread-safe.
class IdSource {
public:
  IdSource(const Clock& clock, std::uint64_t seed);  // keeps the clock
  IdSource(const Clock&& clock, std::uint64_t seed) = delete;
  template <class IdType>
  [[nodiscard]] IdType next() {
    return IdType{next_uuid()};
  }
  [[nodiscard]] Uuid next_uuid();

private:
  const Clock& m_clock;
  std::mutex m_mutex;  // guards all below
  Random m_random;
  Uuid m_last{};
};

}  // namespace bizcomms

template <>
struct std::hash<bizcomms::Uuid> {
  std::size_t operator()(const bizcomms::Uuid& uuid) const noexcept;
};
template <class Tag>
struct std::hash<bizcomms::Id<Tag>> {
  std::size_t operator()(const bizcomms::Id<Tag>& id) const noexcept { return std::hash<bizcomms::Uuid>{}(id.uuid); }
};
