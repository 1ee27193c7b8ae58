// Delivering as a role: a worker while this cell is active, and none while it is not. Also the relay and the housekeeping.
#pragma once

#include <memory>
#include <mutex>
#include <thread>

#include "app/database.hpp"
#include "app/watch.hpp"
#include "bizcomms/api/admin.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/twilio/lookup.hpp"
#include "bizcomms/twilio/sender.hpp"
#include "bizcomms/worker/permits.hpp"
#include "bizcomms/worker/relay.hpp"
#include "bizcomms/worker/worker.hpp"

namespace bizcomms::app {

// `settings` have passed check_settings(). They, `ground`, `database` and `watch` must outlive it.
class WorkRole {
public:
  WorkRole(const Settings& settings, Ground& ground, Database& database, const Watch& watch);
  ~WorkRole();

  [[nodiscard]] api::Probe ready() const;  // does not block
  // Stops receiving, finishes what is in flight, gives back the rest. True when nothing was left after `limit`.
  [[nodiscard]] bool drain(Millis limit);

private:
  void supervise(const std::stop_token& stop);
  void keep_house(const std::stop_token& stop);
  void begin_work();
  [[nodiscard]] bool end_work(Millis limit);

  const Settings& m_settings;
  Ground& m_ground;
  Database& m_database;
  const Watch& m_watch;
  std::stop_source m_stopping;
  http::CurlClient m_client;
  twilio::TwilioSender m_sender;
  twilio::TwilioLookup m_lookup;
  worker::Permits m_permits;
  worker::Relay m_relay;
  mutable std::mutex m_mutex;  // guards m_worker
  std::unique_ptr<worker::Worker> m_worker;
  std::jthread m_housekeeper;
  std::jthread m_supervisor;
};

// The worker's settings as the options say, with what the modules share filled in.
[[nodiscard]] worker::Settings worker_settings(const Settings& settings);

}  // namespace bizcomms::app
