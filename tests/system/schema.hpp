// Holds a JSON value against a schema of the OpenAPI document: the keywords that our document uses, no others (an unknown one fails).
#pragma once

#include <string>
#include <vector>

#include "bizcomms/json/reader.hpp"

namespace bizcomms::test {

// What is wrong, each with its path; empty: the value fits. `document` resolves "#/…" references.
[[nodiscard]] std::vector<std::string> schema_errors(const json::Value& document, const json::Value& schema, const json::Value& value);

// The value that "#/components/schemas/X" names.
[[nodiscard]] json::Value resolved(const json::Value& document, const json::Value& maybe_reference);

}  // namespace bizcomms::test
