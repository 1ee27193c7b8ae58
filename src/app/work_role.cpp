#include "app/work_role.hpp"

#include "app/rate_limits.hpp"

namespace bizcomms::app {
namespace {

constexpr Millis k_housekeeping_interval{std::chrono::hours{1}};
constexpr Millis k_housekeeping_retry{std::chrono::minutes{1}};

}  // namespace

worker::Settings worker_settings(const Settings& settings) {
  auto worker = settings.worker;
  worker.delivery.request_timeout = settings.twilio.request_timeout;
  worker.drain_limit = settings.drain_limit;
  if (settings.twilio.uses_service()) { worker.word_checks = Millis{0}; }
  return worker;
}

WorkRole::WorkRole(const Settings& settings, Ground& ground, Database& database, const Watch& watch)
    : m_settings(settings),
      m_ground(ground),
      m_database(database),
      m_watch(watch),
      m_client(settings.client, ground.log, ground.metrics),
      m_sender(settings.twilio, m_client, ground.clock, ground.metrics, ground.telemetry.tracer()),
      m_lookup(settings.twilio, settings.lookup, m_client, ground.metrics, m_stopping.get_token()),
      m_permits(*rate_limits(settings), database.store.rates(), ground.log),
      m_relay(
          settings.relay, database.store.outbox(), database.queue(), [&watch] { return watch.standing().active; }, ground.log,
          ground.metrics, ground.telemetry.tracer()),
      m_housekeeper([this](const std::stop_token& stop) { keep_house(stop); }),
      m_supervisor([this](const std::stop_token& stop) { supervise(stop); }) {}

WorkRole::~WorkRole() { static_cast<void>(drain(Millis{0})); }

void WorkRole::supervise(const std::stop_token& stop) {
  auto standing = m_watch.standing();
  while (!stop.stop_requested()) {
    if (standing.active) {
      begin_work();
    } else {
      static_cast<void>(end_work(m_settings.drain_limit));
    }
    standing = m_watch.wait_for_change(standing, stop);
  }
}

void WorkRole::begin_work() {
  const std::scoped_lock lock(m_mutex);
  if (m_worker) { return; }
  m_worker = std::make_unique<worker::Worker>(worker_settings(m_settings),
                                              worker::Ports{.alerts = m_database.store.alerts(),
                                                            .recipients = m_database.store.recipients(),
                                                            .batches = m_database.store.batches(),
                                                            .queue = m_database.queue(),
                                                            .ledger = m_database.store.ledger(),
                                                            .sender = m_sender,
                                                            .lookup = m_lookup,
                                                            .permits = m_permits},
                                              m_ground.log, m_ground.metrics, m_ground.clock, m_ground.telemetry.tracer());
  m_worker->start();
}

bool WorkRole::end_work(Millis limit) {
  std::unique_ptr<worker::Worker> worker;
  {
    const std::scoped_lock lock(m_mutex);
    worker = std::move(m_worker);
  }
  return worker == nullptr || worker->drain(limit);
}

bool WorkRole::drain(Millis limit) {
  m_housekeeper.request_stop();
  m_supervisor.request_stop();
  m_stopping.request_stop();  // look-ups, for which the supervisor may be waiting
  if (m_supervisor.joinable()) { m_supervisor.join(); }
  const bool all = end_work(limit);
  if (m_housekeeper.joinable()) { m_housekeeper.join(); }
  return all;
}

void WorkRole::keep_house(const std::stop_token& stop) {
  auto upkeep = m_settings.maintenance;
  upkeep.events_kept = m_settings.worker.queue.retention;
  store::Maintenance maintenance(m_database.pool, upkeep, m_ground.log);
  auto standing = m_watch.standing();
  while (!stop.stop_requested()) {
    if (!standing.active) {
      standing = m_watch.wait_for_change(standing, stop);
      continue;
    }
    const auto report = maintenance.run(stop);
    if (!report && !stop.stop_requested()) { m_ground.log.warning("the housekeeping failed and will be tried again", report.error()); }
    static_cast<void>(sleep_for(stop, report ? k_housekeeping_interval : k_housekeeping_retry));
    standing = m_watch.standing();
  }
}

api::Probe WorkRole::ready() const {
  const auto standing = m_watch.standing();
  api::Probe probe;
  if (!standing.reachable || !standing.schema_ready) { probe.reasons.push_back(standing.problem); }
  const std::scoped_lock lock(m_mutex);
  if (standing.active && !m_worker) { probe.reasons.emplace_back("The worker is starting or stopping."); }
  probe.ok = probe.reasons.empty();
  return probe;
}

}  // namespace bizcomms::app
