// Request ids and traces: the caller's where sane, otherwise our own.
#pragma once

#include <string>
#include <string_view>

#include "bizcomms/base/random.hpp"
#include "bizcomms/base/trace.hpp"
#include "bizcomms/http/message.hpp"

namespace bizcomms::http {

// 1 to 128 of letters, digits, '.', '_' and '-': safe in a log line, a header and a URL.
[[nodiscard]] bool is_sane_request_id(std::string_view id);
[[nodiscard]] std::string request_id_of(const Headers& headers, Random& random);  // 32 hex digits where we make it
[[nodiscard]] Trace trace_of(const Headers& headers, Random& random);

}  // namespace bizcomms::http
