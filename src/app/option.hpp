// One option: its name, what it sets, its limits and its words. Flag, environment variable and file key all follow from the name.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bizcomms/base/live_secret.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/secret.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::app {

enum class Role : std::uint16_t {
  serve = 1U << 0U,
  work = 1U << 1U,
  poll = 1U << 2U,
  migrate = 1U << 3U,
  dev = 1U << 4U,
  simulate = 1U << 5U,
  health = 1U << 6U,
  dlq = 1U << 7U,
  keys = 1U << 8U,
  check = 1U << 9U,
  config = 1U << 10U,
  version = 1U << 11U,
  cell = 1U << 12U,
};
[[nodiscard]] std::string_view to_string(Role role);

// A set of roles.
class Roles {
public:
  constexpr Roles(Role role) : m_bits(static_cast<std::uint16_t>(role)) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] constexpr bool has(Role role) const { return (m_bits & static_cast<std::uint16_t>(role)) != 0; }
  [[nodiscard]] constexpr Roles operator|(Roles other) const { return Roles(static_cast<std::uint16_t>(m_bits | other.m_bits)); }
  [[nodiscard]] std::vector<Role> all() const;

private:
  constexpr explicit Roles(std::uint16_t bits) : m_bits(bits) {}
  std::uint16_t m_bits;
};
[[nodiscard]] constexpr Roles operator|(Role a, Role b) { return Roles(a) | Roles(b); }

// One of a few words.
struct Choice {
  std::vector<std::string> words;
  std::function<void(std::size_t)> set;
  std::function<std::size_t()> get;
};

// What an option writes to. Lists are written "a,b,c".
using Target = std::variant<std::string*, Secret*, LiveSecret*, bool*, int*, std::int64_t*, std::size_t*, double*, Millis*,
                            std::chrono::seconds*, std::vector<std::string>*, std::vector<Secret>*, std::vector<Millis>*, Choice>;

// Numbers: their value. Durations: milliseconds. Texts and lists: characters and elements.
struct Bounds {
  double min = 0;
  double max = 0;
};
[[nodiscard]] constexpr Bounds bounds(double min, double max) { return {min, max}; }
[[nodiscard]] Bounds bounds(Millis min, Millis max);

struct Option {
  std::string name;  // "database-url"
  Target target;
  std::string docs;  // one or two sentences
  Roles roles;       // which subcommands take it as a flag and heed it
  std::optional<Bounds> limits = {};
  std::string shown_default = {};  // where the default is decided at run time: its words
};

struct OptionGroup {
  std::string title;
  std::vector<Option> options;
};

[[nodiscard]] std::string environment_name(const Option& option);  // "BIZCOMMS_DATABASE_URL"
[[nodiscard]] bool is_secret(const Option& option);
[[nodiscard]] bool is_switch(const Option& option);  // a flag that may stand without a value

// What it holds, as it would be written; a secret only as "********", or "" when empty.
[[nodiscard]] std::string shown(const Option& option);
// "1 to 4096", "1s to 5m", "sms, voice, both"; "" when anything goes.
[[nodiscard]] std::string limits_text(const Option& option);
// `invalid` with what is wrong, in words that follow "database-url "; never the value of a secret.
[[nodiscard]] Status assign(const Option& option, std::string_view text);

}  // namespace bizcomms::app
