#include "app/serve_role.hpp"

#include <fmt/format.h>

#include "app/descriptors.hpp"
#include "app/version.hpp"

namespace bizcomms::app {
namespace {

http::ServerSettings server_settings(const Settings& settings, const Log& log) {
  auto server = settings.server;
  server.connections_max = connections_within_descriptors(server.connections_max, log);
  server.name = "api";
  server.listen = settings.listen.empty() ? "127.0.0.1:8000" : settings.listen;
  return server;
}

// "name=key,name=key"
Result<std::vector<api::NamedKey>> given_keys(const std::string& text) {
  std::vector<api::NamedKey> keys;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    const auto entry = text.substr(at, end - at);
    const auto equals = entry.find('=');
    if (equals == std::string::npos) {
      return Error{ErrorCode::misconfigured, fmt::format("api-keys: entry {} is not of the form name=key.", keys.size() + 1)};
    }
    auto key = api::given_key(entry.substr(0, equals), entry.substr(equals + 1));
    if (!key) { return key.error(); }
    keys.push_back(*std::move(key));
    at = end + 1;
  }
  return keys;
}

api::KeyRing::Load load_from(Database& database) {
  return [&database]() -> Result<std::vector<api::NamedKey>> {
    auto stored = database.keys.active();
    if (!stored) { return stored.error(); }
    std::vector<api::NamedKey> keys;
    for (const auto& key : *stored) { keys.push_back({key.name, key.hash}); }
    return keys;
  };
}

}  // namespace

Result<std::unique_ptr<ServeRole>> ServeRole::make(const Settings& settings, Ground& ground, Database& database, const Watch& watch) {
  auto given = given_keys(settings.api_keys.current()->reveal());
  if (!given) { return given.error(); }
  return std::unique_ptr<ServeRole>(new ServeRole(settings, *given, ground, database, watch));
}

ServeRole::ServeRole(const Settings& settings, const std::vector<api::NamedKey>& given, Ground& ground, Database& database,
                     const Watch& watch)
    : m_settings(settings),
      m_watch(watch),
      m_keys(settings.key_ring, given, load_from(database), ground.clock, ground.log,
             [&database](std::span<const api::KeyHash> used) { return database.keys.note_use(used); }),
      m_api(settings.api, {.alerts = database.store.alerts(),
                           .recipients = database.store.recipients(),
                           .ledger = database.store.ledger(),
                           .keys = m_keys,
                           .ids = ground.ids,
                           .clock = ground.clock,
                           .log = ground.log,
                           .metrics = ground.metrics,
                           .twilio = settings.twilio,
                           .health = [this] { return health(); },
                           .takes_changes = [this] { return takes_changes(); }}),
      m_server(server_settings(settings, ground.log), ground.log, ground.metrics, ground.clock, ground.telemetry.tracer()),
      m_relay(
          settings.relay, database.store.outbox(), database.queue(), [&watch] { return watch.standing().active; }, ground.log,
          ground.metrics, ground.telemetry.tracer()) {
  m_api.mount(m_server);
}

Status ServeRole::give_keys(const Secret& keys) {
  const auto given = given_keys(keys.reveal());
  if (!given) { return given.error(); }
  m_keys.give(*given);
  return {};
}

api::Probe ServeRole::ready() const {
  const auto standing = m_watch.standing();
  api::Probe probe;
  if (m_draining) { probe.reasons.emplace_back("It is stopping."); }
  if (!standing.reachable || !standing.schema_ready) { probe.reasons.push_back(standing.problem); }
  probe.ok = probe.reasons.empty();
  return probe;
}

// An active cell stays so while its database is away, whose own errors say so then.
bool ServeRole::takes_changes() const { return m_watch.standing().active; }

api::Health ServeRole::health() const {
  const auto standing = m_watch.standing();
  const bool usable = standing.reachable && standing.schema_ready;
  api::Health health;
  health.healthy = usable && !m_draining;
  health.cell = m_settings.cell;
  health.region = m_settings.region;
  health.role = standing.active ? "active" : "standby";
  health.version = version_number();
  if (usable) { health.epoch = standing.epoch; }
  health.checks.push_back({"database", usable, standing.problem});
  if (m_draining) { health.checks.push_back({"running", false, "It is stopping."}); }
  return health;
}

}  // namespace bizcomms::app
