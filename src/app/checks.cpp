#include "app/checks.hpp"

#include "app/cloud.hpp"
#include "app/rate_limits.hpp"
#include "app/work_role.hpp"

namespace bizcomms::app {
namespace {

Status check_worker(const Settings& settings) {
  if (auto twilio = settings.twilio.check(); !twilio) { return twilio; }
  if (auto worker = worker_settings(settings).check(); !worker) { return worker; }
  if (auto limits = rate_limits(settings); !limits) { return limits.error(); }
  return {};
}

}  // namespace

Status check_settings(const Settings& settings, Role role) {
  if (auto cloud = check_cloud(settings); !cloud) { return cloud; }
  return role == Role::work ? check_worker(settings) : Status{};
}

}  // namespace bizcomms::app
