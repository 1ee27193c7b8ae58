// The one table of options. A module's settings are named here and nowhere else.
#pragma once

#include <vector>

#include "app/option.hpp"
#include "app/settings.hpp"

namespace bizcomms::app {

// The groups point into `settings`, which must outlive them.
[[nodiscard]] std::vector<OptionGroup> options(Settings& settings);

// Parts of the table, a file each.
[[nodiscard]] OptionGroup general_options(Settings& settings);
[[nodiscard]] OptionGroup api_options(Settings& settings);
[[nodiscard]] OptionGroup database_options(Settings& settings);
[[nodiscard]] OptionGroup twilio_options(Settings& settings);
[[nodiscard]] OptionGroup delivery_options(Settings& settings);
[[nodiscard]] OptionGroup aws_options(Settings& settings);
[[nodiscard]] OptionGroup telemetry_options(Settings& settings);
[[nodiscard]] OptionGroup poll_options(Settings& settings);
[[nodiscard]] OptionGroup simulator_options(Settings& settings);

// For enumerations: words in the order of the values 0, 1, 2…
template <class Enum>
[[nodiscard]] Choice choice(Enum& target, std::vector<std::string> words) {
  return {std::move(words), [&target](std::size_t index) { target = static_cast<Enum>(index); },
          [&target] { return static_cast<std::size_t>(target); }};
}
// For texts of which only some are allowed.
[[nodiscard]] Choice choice(std::string& target, std::vector<std::string> words);

inline constexpr Roles k_every_role = Role::serve | Role::work | Role::poll | Role::migrate | Role::dev | Role::simulate | Role::health |
                                      Role::dlq | Role::keys | Role::check | Role::cell;
inline constexpr Roles k_long_running = Role::serve | Role::work | Role::poll | Role::dev | Role::simulate;
inline constexpr Roles k_with_database =
    Role::serve | Role::work | Role::poll | Role::migrate | Role::dlq | Role::keys | Role::check | Role::cell;

}  // namespace bizcomms::app
