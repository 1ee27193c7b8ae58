#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "app/addresses.hpp"
#include "app/admin_server.hpp"
#include "app/commands.hpp"
#include "app/dev_data.hpp"
#include "app/dev_words.hpp"
#include "app/poll_role.hpp"
#include "app/serve_role.hpp"
#include "app/signals.hpp"
#include "app/version.hpp"
#include "app/work_role.hpp"
#include "bizcomms/db/private_cluster.hpp"
#include "bizcomms/simulator/simulator.hpp"
#include "bizcomms/store/migrations.hpp"

namespace bizcomms::app {
namespace {

constexpr Millis k_quick_watch_interval{200};
constexpr Millis k_drain_limit{1'000};
constexpr Millis k_poll_interval{std::chrono::minutes{5}};

// Ties the roles of one process to each other and to the simulator.
Result<Settings> tied_together(Settings settings) {
  auto api = with_a_port(settings.listen.empty() ? "127.0.0.1:8000" : settings.listen);
  auto phones = with_a_port(settings.simulator_listen);
  if (!api) { return api.error(); }
  if (!phones) { return phones.error(); }
  settings.listen = *api;
  settings.simulator_listen = *phones;
  const auto api_url = "http://" + reachable(*api);
  const auto phones_url = "http://" + reachable(*phones);
  settings.simulator.listen = *phones;
  settings.simulator.seed = Random::system_seed();  // the ids of messages must not come again: the ledger remembers those of earlier starts
  settings.simulator.inbound_url = api_url + "/v1/webhooks/twilio/inbound-message";
  settings.twilio.account_sid = settings.simulator.account_sid;
  settings.twilio.auth_token = settings.simulator.auth_token;
  settings.twilio.senders = {"+15005550006", "+15005550007"};
  settings.twilio.base_url = phones_url;
  settings.twilio.public_url = api_url;
  settings.segments_per_second = {"0"};  // the simulator's phones have no carriers that would be slower
  settings.calls_per_second = 0;
  settings.story_api.api_url = api_url;
  if (!settings.real_hackernews) { settings.hackernews.base_url = phones_url; }
  if (settings.every.count() == 0) { settings.every = k_poll_interval; }
  return settings;
}

Result<std::unique_ptr<db::PrivateCluster>> start_database(const std::filesystem::path& folder, Steps& steps) {
  steps.begin("PostgreSQL");
  auto cluster =
      db::PrivateCluster::start({.folder = folder, .parameters = {}, .progress = [&steps](std::string_view what) { steps.note(what); }});
  if (cluster) { steps.end("in " + folder.string()); }
  return cluster;
}

Status bring_schema_forward(const db::ConnectionSettings& connection, Steps& steps, const Log& log) {
  steps.begin("schema");
  const auto applied = store::migrate(connection, log);
  if (!applied) { return applied.error(); }
  steps.end(*applied == 0 ? "up to date" : fmt::format("{} step{} applied", *applied, *applied == 1 ? "" : "s"));
  return {};
}

// All roles in one process. Members end in reverse order: intake before work, work before what it works with.
class Dev {
public:
  Dev(Settings settings, Ground& ground, Steps& steps) : m_settings(std::move(settings)), m_ground(ground), m_steps(steps) {}

  [[nodiscard]] Status start(const std::filesystem::path& folder);
  void stop();
  [[nodiscard]] std::string words() const;

private:
  [[nodiscard]] Status start_phones();
  [[nodiscard]] Status prepare(const std::filesystem::path& folder);
  [[nodiscard]] Status start_roles();

  Settings m_settings;
  Ground& m_ground;
  Steps& m_steps;
  std::string m_folder;
  std::string m_key;
  std::unique_ptr<db::PrivateCluster> m_cluster;
  std::unique_ptr<http::CurlClient> m_client;  // of the simulator's webhooks and of the poller
  std::unique_ptr<simulator::Simulator> m_simulator;
  std::unique_ptr<Database> m_database;
  std::unique_ptr<Watch> m_watch;
  std::unique_ptr<WorkRole> m_work;
  std::unique_ptr<ServeRole> m_serve;
  std::unique_ptr<AdminServer> m_admin;
  std::unique_ptr<PollRole> m_poll;
  std::jthread m_polling;
};

Status Dev::start(const std::filesystem::path& folder) {
  m_folder = folder.string();
  if (auto started = start_phones(); !started) { return started; }
  if (auto prepared = prepare(folder); !prepared) { return prepared; }
  return start_roles();
}

Status Dev::start_phones() {
  m_steps.begin("phones");
  m_client = std::make_unique<http::CurlClient>(m_settings.client, m_ground.log, m_ground.metrics);
  m_simulator = std::make_unique<simulator::Simulator>(m_settings.simulator, m_ground.log, m_ground.metrics, m_ground.clock, *m_client);
  if (auto started = m_simulator->start(); !started) { return started; }
  m_steps.end("http://" + reachable(m_simulator->address()) + "/");
  return {};
}

Status Dev::prepare(const std::filesystem::path& folder) {
  auto cluster = start_database(folder, m_steps);
  if (!cluster) { return cluster.error(); }
  m_cluster = *std::move(cluster);
  m_settings.database_url = Secret(m_cluster->url());
  const auto connection = connection_settings(m_settings, Role::dev);
  if (!connection) { return connection.error(); }
  if (auto migrated = bring_schema_forward(*connection, m_steps, m_ground.log); !migrated) { return migrated; }
  m_database = std::make_unique<Database>(*connection, m_settings, m_ground);
  m_watch = std::make_unique<Watch>(questions(*m_database, *connection, m_settings.cell), std::vector<Witness>{},
                                    WatchSettings{.cell = m_settings.cell, .interval = k_quick_watch_interval}, m_ground.clock,
                                    m_ground.log, m_ground.metrics);
  m_steps.begin("people");
  auto key = demo_key(folder, m_database->keys);
  if (!key) { return key.error(); }
  m_key = *std::move(key);
  const auto made = make_demo_recipients(folder, m_database->store.recipients(), m_ground.ids);
  if (!made) { return made.error(); }
  m_steps.end(*made > 0 ? fmt::format("{} demo recipients made", *made) : std::string("there since an earlier start"));
  return {};
}

Status Dev::start_roles() {
  m_steps.begin("roles");
  m_work = std::make_unique<WorkRole>(m_settings, m_ground, *m_database, *m_watch);
  auto serve = ServeRole::make(m_settings, m_ground, *m_database, *m_watch);
  if (!serve) { return serve.error(); }
  m_serve = *std::move(serve);
  if (auto started = m_serve->start(); !started) { return started; }
  const auto ready = [this] { return m_serve->ready(); };
  m_admin = std::make_unique<AdminServer>(admin_address(m_settings, Role::dev),
                                          api::Probes{.live = [] { return api::Probe{}; }, .ready = ready}, m_ground);
  if (auto started = m_admin->start(); !started) { return started; }
  m_settings.story_api.api_key = Secret(m_key);
  m_poll = std::make_unique<PollRole>(m_settings, m_ground, *m_database, *m_watch, *m_client);
  m_polling = std::jthread([this](const std::stop_token& stop) {
    if (const auto ended = m_poll->poller().run_every(m_settings.every, stop); !ended) {
      m_ground.log.error("the poller stopped", ended.error());
    }
  });
  m_watch->wait_for_first_look(k_first_look_limit);
  m_steps.end("serve, work and poll, all in this process");
  return {};
}

void Dev::stop() {
  m_polling.request_stop();
  if (m_serve) { m_serve->refuse_readiness(); }
  if (m_serve) { static_cast<void>(m_serve->drain(k_drain_limit)); }
  if (m_polling.joinable()) { m_polling.join(); }
  if (m_work) { static_cast<void>(m_work->drain(k_drain_limit)); }
  if (m_simulator) { m_simulator->stop(); }
}

std::string Dev::words() const {
  return welcome({.api = "http://" + reachable(m_serve->address()),
                  .phones = "http://" + reachable(m_simulator->address()) + "/",
                  .admin = "http://" + reachable(m_admin->address()),
                  .data = m_folder},
                 m_key);
}

int dev(const Settings& settings, const std::filesystem::path& folder, const Signals& signals, Ground& ground) {
  std::fputs((version_text() + "\n\n").c_str(), stdout);
  Steps steps(ground.clock);
  Dev all(settings, ground, steps);
  if (const auto started = all.start(folder); !started) {
    all.stop();
    return failed(started.error());
  }
  std::fputs(all.words().c_str(), stdout);
  std::fflush(stdout);
  ground.log.info("dev is up", {{"address", settings.listen}});
  signals.wait();
  std::fputs("\nStopping.\n", stdout);
  std::fflush(stdout);
  all.stop();
  return k_done;
}

}  // namespace

int run_dev(Context& context) {
  const Signals signals;
  // On a terminal the key and the commands must stay in sight.
  if (!context.origins.contains("log-level")) { context.settings.log_level = LogLevel::warning; }
  const auto folder = data_folder(context.settings.data_folder, process_environment(), ::geteuid() == 0);
  if (!folder) { return refuse(folder.error()); }
  const auto settings = tied_together(context.settings);
  if (!settings) { return failed(settings.error()); }
  Ground ground(*settings, context.role);
  return dev(*settings, *folder, signals, ground);
}

}  // namespace bizcomms::app
