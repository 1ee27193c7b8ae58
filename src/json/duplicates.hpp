// Names given twice in one object: RapidJSON takes both, and readers of a document would disagree which one counts.
#pragma once

#include <optional>
#include <string>

#include "json/hidden.hpp"

namespace bizcomms::json {

// The path of the first name that its object has twice. Recursion is as deep as the tree, whose depth the parser has bounded.
[[nodiscard]] std::optional<std::string> find_duplicate(const Node& node);

// "a" and "b" → "a.b"; names of strangers are cut to a length that fits an answer.
[[nodiscard]] std::string joined_path(std::string_view parent, std::string_view name);

}  // namespace bizcomms::json
