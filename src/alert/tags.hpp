// One tag's form.
#pragma once

#include <string_view>

namespace bizcomms::alert {

// Without Unicode white space at either end.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace bizcomms::alert
