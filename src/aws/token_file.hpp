// Tokens that others put into files, and renew there.
#pragma once

#include <string>
#include <string_view>

#include "bizcomms/base/result.hpp"
#include "bizcomms/base/secret.hpp"

namespace bizcomms::aws {

// One line, without its end. `misconfigured`: not readable, empty, too large, or not one line of printable characters.
[[nodiscard]] Result<Secret> read_token_file(const std::string& path);

// Without the end of its line; `misconfigured` where it is empty or not one line of printable characters. `origin` names it to people.
[[nodiscard]] Result<Secret> token_in(std::string_view text, const std::string& origin);

// A foreign text for the log: one line, cut where it is long, and before the place where it quotes the secret or its beginning.
[[nodiscard]] std::string excerpt(std::string_view text, const Secret& secret);

}  // namespace bizcomms::aws
