#include "api/fields.hpp"

#include <algorithm>

namespace bizcomms::api {

void add_problems(json::Document& document, const std::vector<FieldError>& problems) {
  for (const auto& problem : problems) {
    const auto& known = document.errors();
    const bool reported = std::any_of(known.begin(), known.end(), [&](const auto& each) { return each.field == problem.field; });
    if (!reported) { document.add_error(problem.field, problem.message); }
  }
}

void write_text_or_null(json::Writer& json, std::string_view name, std::string_view text) {
  json.key(name);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

}  // namespace bizcomms::api
