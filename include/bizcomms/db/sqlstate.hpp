// PostgreSQL's error codes become ours in this one place. Source: PostgreSQL 15 documentation, appendix A.
#pragma once

#include <string_view>

#include "bizcomms/base/result.hpp"

namespace bizcomms::db {

// `message` is the server's primary message; its DETAIL is never passed on, since it may hold a row's values. `constraint` may be empty.
[[nodiscard]] Error error_of(std::string_view sqlstate, std::string_view message, std::string_view constraint = {});

// The five characters, of an error made by error_of; empty for others.
[[nodiscard]] std::string_view sqlstate_of(const Error& error);

// Deadlock or failed serialisation: nothing was written, and the same again will most likely work.
[[nodiscard]] bool is_worth_repeating(const Error& error);

}  // namespace bizcomms::db
