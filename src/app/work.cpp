#include "app/admin_server.hpp"
#include "app/cell_watch.hpp"
#include "app/commands.hpp"
#include "app/secret_renewal.hpp"
#include "app/signals.hpp"
#include "app/version.hpp"
#include "app/work_role.hpp"

namespace bizcomms::app {
namespace {

int work(const Settings& settings, const Signals& signals, Ground& ground, const db::ConnectionSettings& connection) {
  Database database(connection, settings, ground);
  CellWatch watch(database, connection, settings, ground);
  const auto renewal = renewal_of({{"twilio-auth-token", settings.twilio.auth_token}}, settings, ground);
  WorkRole role(settings, ground, database, *watch);
  AdminServer admin(admin_address(settings, Role::work), {.live = [] { return api::Probe{}; }, .ready = [&role] { return role.ready(); }},
                    ground);
  if (const auto started = admin.start(); !started) { return failed(started.error()); }
  watch->wait_for_first_look(k_first_look_limit);
  ground.log.info("the worker is up", {{"admin_address", admin.address()}, {"version", version_number()}});
  signals.wait();
  ground.log.info("stopping");
  const bool all = role.drain(settings.drain_limit);
  ground.log.info("stopped", {{"all_finished", all}});
  return k_done;
}

}  // namespace

int run_work(Context& context) {
  const Signals signals;
  Ground ground(context.settings, context.role);
  if (const auto checked = check_settings(context.settings, context.role); !checked) { return refuse(checked.error()); }
  const auto connection = connection_settings(context.settings, context.role);
  if (!connection) { return refuse(connection.error()); }
  return work(context.settings, signals, ground, *connection);
}

}  // namespace bizcomms::app
