#include <cstdio>

#include "app/admin_server.hpp"
#include "app/cell_watch.hpp"
#include "app/commands.hpp"
#include "app/poll_role.hpp"
#include "app/secret_renewal.hpp"
#include "app/signals.hpp"
#include "app/version.hpp"

namespace bizcomms::app {
namespace {

constexpr Millis k_poll_look_limit{10'000};  // a single cycle has no second chance to see that its cell is active

int poll_once(poller::Poller& poller, const Signals& signals) {
  const auto summary = poller.run_once(signals.stopping());
  if (!summary) { return failed(summary.error()); }
  std::fputs((to_sentence(*summary) + "\n").c_str(), stdout);
  if (!summary->stopped_by) { return k_done; }
  return failed(*summary->stopped_by);
}

int stay(poller::Poller& poller, const Settings& settings, const Signals& signals, Ground& ground) {
  const auto probe = [] { return api::Probe{}; };
  const auto renewal = renewal_of({{"api-key", settings.story_api.api_key}}, settings, ground);
  AdminServer admin(admin_address(settings, Role::poll), {.live = probe, .ready = probe}, ground);
  if (const auto started = admin.start(); !started) { return failed(started.error()); }
  ground.log.info("the poller is up", {{"admin_address", admin.address()}, {"version", version_number()}});
  const auto ended = poller.run_every(settings.every, signals.stopping());
  ground.log.info("stopped");
  return ended ? k_done : failed(ended.error());
}

Status check_poll(const Settings& settings) {
  if (!settings.story_api.api_key.current()->empty()) { return {}; }
  return Error{ErrorCode::misconfigured, "api-key is empty; give the poller a key of its own, made by \"bizcomms keys create poller\"."};
}

}  // namespace

int run_poll(Context& context) {
  const Signals signals;
  const auto& settings = context.settings;
  Ground ground(settings, context.role);
  if (const auto checked = check_poll(settings); !checked) { return refuse(checked.error()); }
  const auto connection = connection_settings(settings, context.role);
  if (!connection) { return refuse(connection.error()); }
  if (const auto schema = check_schema(*connection); !schema && settings.every.count() == 0) { return failed(schema.error()); }
  Database database(*connection, settings, ground);
  http::CurlClient client(settings.client, ground.log, ground.metrics);
  CellWatch watch(database, *connection, settings, ground);
  watch->wait_for_first_look(k_poll_look_limit);
  PollRole role(settings, ground, database, *watch, client);
  return settings.every.count() == 0 ? poll_once(role.poller(), signals) : stay(role.poller(), settings, signals, ground);
}

}  // namespace bizcomms::app
