// The page of the phones: one HTML document without external resources. It puts texts into the page as texts, never as HTML.
#pragma once

#include <string_view>

#include "bizcomms/http/message.hpp"

namespace bizcomms::simulator {

extern const std::string_view k_page_style;
extern const std::string_view k_page_body;
extern const std::string_view k_page_script;

[[nodiscard]] http::Response page();

}  // namespace bizcomms::simulator
