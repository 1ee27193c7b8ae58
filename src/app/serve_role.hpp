// The API as a role: server, keys, health, and the relay of what it accepts.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "app/database.hpp"
#include "bizcomms/api/admin.hpp"
#include "bizcomms/api/api.hpp"
#include "bizcomms/worker/relay.hpp"

namespace bizcomms::app {

// start() and drain() from one thread. `settings`, `ground`, `database` and `watch` must outlive it.
class ServeRole {
public:
  // `misconfigured`: an API key of the configuration cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<ServeRole>> make(const Settings& settings, Ground& ground, Database& database,
                                                               const Watch& watch);

  [[nodiscard]] Status start() { return m_server.start(); }
  [[nodiscard]] std::string address() const { return m_server.address(); }
  [[nodiscard]] api::Probe ready() const;  // does not block
  // Other API keys than those of the options from now on. `misconfigured`: one of them cannot be used, and all stay as they were.
  [[nodiscard]] Status give_keys(const Secret& keys);
  // From here on it is not ready, so that a load balancer looks elsewhere.
  void refuse_readiness() { m_draining = true; }
  // Lets requests in flight finish; how many were cut off.
  int drain(Millis limit) { return m_server.drain(limit); }

private:
  ServeRole(const Settings& settings, const std::vector<api::NamedKey>& given, Ground& ground, Database& database, const Watch& watch);
  [[nodiscard]] api::Health health() const;
  [[nodiscard]] bool takes_changes() const;

  const Settings& m_settings;
  const Watch& m_watch;
  std::atomic<bool> m_draining{false};
  api::KeyRing m_keys;
  api::Api m_api;
  http::Server m_server;
  worker::Relay m_relay;
};

}  // namespace bizcomms::app
