// The HTTP API, version 1: routes, authentication, validation, answers. What it promises is in openapi.json, which it serves.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/alert/stores.hpp"
#include "bizcomms/api/key_ring.hpp"
#include "bizcomms/base/ids.hpp"
#include "bizcomms/base/live_secret.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/http/server.hpp"
#include "bizcomms/twilio/settings.hpp"

namespace bizcomms::api {

struct Settings {
  int rate_limit = 0;                           // requests per second of one API key, with a burst of one second's worth; 0: no limit
  int authentication_failures_per_minute = 20;  // of one client address (IPv6: of one /64), all at once or spread
  int addresses_max = 10'000;                   // whose failures are counted one by one; those above share one count
  std::chrono::seconds retry_after{5};          // told with 503 where nothing better is known
  LiveSecret given_keys = {};                   // told that a key was refused, for it may be a new one of them
};

// What GET /health tells. Made by the application from what it knows already: the provider must not block.
struct Health {
  bool healthy = true;  // false: 503
  std::string cell;
  std::string region;
  std::string role;  // "active", "standby"
  std::string version;
  std::optional<std::int64_t> epoch = {};  // in which the cell works, or would; nothing while its database cannot be seen
  struct Check {
    std::string name;  // "database"
    bool ok = true;
    std::string detail = {};  // a sentence, where there is something to say; never a secret
  };
  std::vector<Check> checks = {};
};

// All of it must outlive the Api.
struct Parts {
  alert::AlertStore& alerts;
  alert::RecipientStore& recipients;
  alert::DeliveryLedger& ledger;
  KeyRing& keys;
  IdSource& ids;
  const Clock& clock;
  const Log& log;
  Metrics& metrics;
  const twilio::Settings& twilio;
  std::function<Health()> health;
  std::function<bool()> takes_changes;  // false on standby: everything but reading is answered with 503; must not block
};

// Thread-safe: its handlers run on all of the server's threads.
class Api {
public:
  Api(Settings settings, Parts parts);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // Every route with its handler; the handlers must not outlive the Api.
  [[nodiscard]] std::vector<http::Route> routes();
  // Registers the routes and the error page. Before the server's start; the Api must outlive the server.
  void mount(http::Server& server);

private:
  struct Hidden;
  std::unique_ptr<Hidden> m_hidden;
};

// application/problem+json (RFC 9457) for what no handler answered: the API's and the admin server's error page.
[[nodiscard]] http::Response error_page(int status, const std::string& detail, const std::string& request_id);

// The OpenAPI 3.1 document, as GET /openapi.json answers it.
[[nodiscard]] std::string_view openapi_document();

}  // namespace bizcomms::api
