// Small pieces that alerts and recipients share between JSON and values.
#pragma once

#include <string_view>
#include <vector>

#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::api {

// Adds the problems of fields that have no error yet: a field of the wrong type is not also called empty.
void add_problems(json::Document& document, const std::vector<FieldError>& problems);

void write_text_or_null(json::Writer& json, std::string_view name, std::string_view text);  // empty: null

}  // namespace bizcomms::api
