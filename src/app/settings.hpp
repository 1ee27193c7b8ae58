// Everything that can be configured: each module's own settings, and what belongs to the binary as a whole.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bizcomms/api/api.hpp"
#include "bizcomms/api/key_ring.hpp"
#include "bizcomms/aws/client.hpp"
#include "bizcomms/aws/ledger.hpp"
#include "bizcomms/aws/queue.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/secret.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/db/pool.hpp"
#include "bizcomms/hackernews/api_sink.hpp"
#include "bizcomms/hackernews/source.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/http/server.hpp"
#include "bizcomms/poller/poller.hpp"
#include "bizcomms/simulator/simulator.hpp"
#include "bizcomms/store/maintenance.hpp"
#include "bizcomms/store/store.hpp"
#include "bizcomms/telemetry/emf.hpp"
#include "bizcomms/telemetry/otlp.hpp"
#include "bizcomms/twilio/lookup.hpp"
#include "bizcomms/twilio/settings.hpp"
#include "bizcomms/worker/relay.hpp"
#include "bizcomms/worker/settings.hpp"

namespace bizcomms::app {

struct Settings {
  // Names and addresses
  std::string listen;        // empty: 127.0.0.1:8000, simulate 127.0.0.1:8002
  std::string admin_listen;  // empty: by role, see admin_address()
  std::string cell = "local";
  std::string region = "local";
  std::string peer_url;  // empty: there is no other cell
  Millis peer_grace{std::chrono::minutes{1}};
  LogLevel log_level = LogLevel::info;
  std::string log_format = "auto";  // auto: text on a terminal, otherwise json
  Millis drain_limit{std::chrono::seconds{20}};
  Millis drain_delay{0};

  http::ServerSettings server;
  http::CurlSettings client;

  LiveSecret api_keys;  // "name=key,…"
  Millis secret_refresh{std::chrono::minutes{5}};
  telemetry::OtlpSettings otlp;
  telemetry::EmfSettings emf;

  Secret database_url;
  std::string queue_kind = "postgres";
  std::string ledger_kind = "postgres";
  aws::Settings aws;
  int aws_requests_max = 64;
  aws::SqsSettings sqs;
  aws::LedgerSettings dynamodb;
  db::PoolSettings pool;
  store::Settings store;
  store::MaintenanceSettings maintenance;
  worker::Settings worker;
  std::vector<std::string> segments_per_second{"auto"};  // see rate_limits()
  double calls_per_second = 1;
  worker::RelaySettings relay;
  api::Settings api;
  api::KeyRingSettings key_ring;
  twilio::Settings twilio;
  twilio::LookupSettings lookup;

  // poll
  Millis every{0};  // nought: one cycle
  poller::Settings poller;
  hackernews::SourceSettings hackernews;
  hackernews::ApiSettings story_api;

  // dev and simulate
  std::string data_folder;  // empty: /var/lib/bizcomms-dev for root, XDG's data folder otherwise
  std::string simulator_listen = "127.0.0.1:8002";
  bool real_hackernews = false;  // dev: read the real HackerNews instead of built-in stories
  std::int64_t simulator_seed = 0;
  simulator::Settings simulator;
};

}  // namespace bizcomms::app
