// "Did you mean": the known name that a misspelt one is closest to. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bizcomms::json {

// Nothing when none is close: more edits (insert, delete, replace, swap of neighbours) than a third of the longer name, at least one.
// Case and separators do not count: "recipientFilters" is near "recipient_filters".
[[nodiscard]] std::optional<std::string> nearest(std::string_view unknown, const std::vector<std::string>& known);

}  // namespace bizcomms::json
