#include "app/admin_server.hpp"
#include "app/commands.hpp"
#include "app/signals.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/simulator/simulator.hpp"

namespace bizcomms::app {
namespace {

simulator::Settings simulator_settings(const Settings& settings) {
  auto simulator = settings.simulator;
  simulator.listen = settings.listen.empty() ? "127.0.0.1:8002" : settings.listen;
  simulator.seed = settings.simulator_seed == 0 ? Random::system_seed() : static_cast<std::uint64_t>(settings.simulator_seed);
  if (!settings.twilio.account_sid.empty()) { simulator.account_sid = settings.twilio.account_sid; }
  if (!settings.twilio.auth_token.current()->empty()) { simulator.auth_token = settings.twilio.auth_token; }
  return simulator;
}

}  // namespace

int run_simulate(Context& context) {
  const Signals signals;
  Ground ground(context.settings, context.role);
  http::CurlClient callbacks(context.settings.client, ground.log, ground.metrics);
  simulator::Simulator simulator(simulator_settings(context.settings), ground.log, ground.metrics, ground.clock, callbacks);
  const auto probe = [] { return api::Probe{}; };
  AdminServer admin(admin_address(context.settings, context.role), {probe, probe}, ground);
  if (const auto started = simulator.start(); !started) { return failed(started.error()); }
  if (const auto started = admin.start(); !started) { return failed(started.error()); }
  ground.log.info("the simulator serves", {{"address", simulator.address()}, {"admin_address", admin.address()}});
  signals.wait();
  simulator.stop();
  ground.log.info("stopped");
  return k_done;
}

}  // namespace bizcomms::app
