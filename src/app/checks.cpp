#include "app/checks.hpp"

#include <fmt/format.h>

#include "app/rate_limits.hpp"
#include "app/work_role.hpp"

namespace bizcomms::app {
namespace {

Status check_built_in(const std::string& option, const std::string& kind) {
  if (kind == "postgres") { return {}; }
  return Error{ErrorCode::misconfigured, fmt::format("{} is {}, which this build does not have; use postgres.", option, kind)};
}

Status check_worker(const Settings& settings) {
  if (auto twilio = settings.twilio.check(); !twilio) { return twilio; }
  if (auto worker = worker_settings(settings).check(); !worker) { return worker; }
  if (auto limits = rate_limits(settings); !limits) { return limits.error(); }
  return {};
}

}  // namespace

Status check_settings(const Settings& settings, Role role) {
  if (auto queue = check_built_in("queue", settings.queue_kind); !queue) { return queue; }
  if (auto ledger = check_built_in("ledger", settings.ledger_kind); !ledger) { return ledger; }
  return role == Role::work ? check_worker(settings) : Status{};
}

}  // namespace bizcomms::app
