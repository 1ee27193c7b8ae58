#include "app/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace bizcomms::app {
namespace {

constexpr rlim_t k_for_all_else = 500;  // above the server's limit until it turns connections away unread, the database, the log

}  // namespace

int connections_within_descriptors(int wanted, const Log& log) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) { return wanted; }
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);  // what it may not be raised to, the next line sees
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) { return wanted; }
  const rlim_t room = limit.rlim_cur - std::min(limit.rlim_cur / 2, k_for_all_else);
  if (room >= static_cast<rlim_t>(wanted)) { return wanted; }
  log.warning("connections-max is lowered to what the limit of open files allows; raise it (ulimit -n, LimitNOFILE)",
              {{"connections_max", wanted}, {"lowered_to", static_cast<int>(room)}, {"open_files", static_cast<int>(limit.rlim_cur)}});
  return static_cast<int>(room);
}

}  // namespace bizcomms::app
