#include "app/admin_server.hpp"
#include "app/cell_watch.hpp"
#include "app/commands.hpp"
#include "app/secret_renewal.hpp"
#include "app/serve_role.hpp"
#include "app/signals.hpp"
#include "app/version.hpp"

namespace bizcomms::app {
namespace {

void note_what_is_missing(const Settings& settings, const Log& log) {
  if (!settings.twilio.auth_token.current()->empty() && !settings.twilio.public_url.empty()) { return; }
  log.warning("Twilio's webhooks are refused, since twilio-auth-token or public-url is not set; delivery states will stay at sent");
}

int serve(const Settings& settings, const Signals& signals, Ground& ground, const db::ConnectionSettings& connection) {
  Database database(connection, settings, ground);
  CellWatch watch(database, connection, settings, ground);
  auto role = ServeRole::make(settings, ground, database, *watch);
  if (!role) { return refuse(role.error()); }
  const auto renewal = renewal_of({{"twilio-auth-token", settings.twilio.auth_token},
                                   {"api-keys", settings.api_keys, [&role](const Secret& keys) { return (*role)->give_keys(keys); }}},
                                  settings, ground);
  AdminServer admin(admin_address(settings, Role::serve),
                    {.live = [] { return api::Probe{}; }, .ready = [&role] { return (*role)->ready(); }}, ground);
  watch->wait_for_first_look(k_first_look_limit);  // changes are refused until then
  if (const auto started = (*role)->start(); !started) { return failed(started.error()); }
  if (const auto started = admin.start(); !started) { return failed(started.error()); }
  ground.log.info("the API serves", {{"address", (*role)->address()}, {"admin_address", admin.address()}, {"version", version_number()}});
  note_what_is_missing(settings, ground.log);
  signals.wait();
  (*role)->refuse_readiness();
  ground.log.info("stopping", {{"drain_delay_ms", settings.drain_delay.count()}});
  sleep_for({}, settings.drain_delay);
  const int cut_off = (*role)->drain(settings.drain_limit);
  ground.log.info("stopped", {{"requests_cut_off", cut_off}});
  return k_done;
}

}  // namespace

int run_serve(Context& context) {
  const Signals signals;
  Ground ground(context.settings, context.role);
  if (const auto checked = check_settings(context.settings, context.role); !checked) { return refuse(checked.error()); }
  const auto connection = connection_settings(context.settings, context.role);
  if (!connection) { return refuse(connection.error()); }
  context.settings.api.given_keys = context.settings.api_keys;  // one and the same
  return serve(context.settings, signals, ground, *connection);
}

}  // namespace bizcomms::app
