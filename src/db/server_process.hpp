// Running PostgreSQL's own programs, as the user postgres when we are root.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::db {

inline constexpr Millis k_look_again{5};  // whether a program has done its part

[[nodiscard]] inline Error misconfigured(std::string message, std::string cause = {}) {
  return {.code = ErrorCode::misconfigured, .message = std::move(message), .cause = std::move(cause)};
}

// Whom the server runs as.
struct RunAs {
  bool drops = false;  // we are root and become somebody else
  uid_t user = 0;
  gid_t group = 0;
};
[[nodiscard]] Result<RunAs> run_as();

// The folder of initdb and postgres: of that major version, or the newest from 15 on.
[[nodiscard]] Result<std::filesystem::path> find_programs(const std::optional<std::string>& version);

// A folder of that user's own, mode 0700.
[[nodiscard]] Status make_folder(const std::filesystem::path& folder, const RunAs& as);
// Whether that user can get to the folder: every folder above must let them through.
[[nodiscard]] Status check_reachable(const std::filesystem::path& folder, const RunAs& as);

// Output goes to the end of `log`. `dies_with_us`: SIGINT when the starting thread ends.
[[nodiscard]] Result<pid_t> start_program(const std::vector<std::string>& command, const RunAs& as, const std::filesystem::path& log,
                                          bool dies_with_us);
// Its exit status, once it has ended; nothing while it runs.
[[nodiscard]] std::optional<int> ended(pid_t process);
[[nodiscard]] std::optional<int> wait_for_end(pid_t process, Millis at_most);

// The last line of the log that says what went wrong ("FATAL:  …"), or its last line.
[[nodiscard]] std::string complaint_in(const std::filesystem::path& log);

}  // namespace bizcomms::db
