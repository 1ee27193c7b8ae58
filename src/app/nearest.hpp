// "Did you mean …": the nearest of a list of names.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bizcomms::app {

// Insertions, deletions, replacements and swaps of neighbours.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// Nothing when none is near enough to be meant: at most a third of the name, and never more than three edits.
[[nodiscard]] std::optional<std::string> nearest(std::string_view name, std::span<const std::string> known);

}  // namespace bizcomms::app
