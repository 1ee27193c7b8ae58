// A stand-in for Twilio and HackerNews, with phones one can look at: http://<listen>/ is the page, /simulator/… the admin API,
// /2010-04-01/… Twilio's REST API, /v0/… HackerNews. Facts of Twilio: its OpenAPI definition and documentation (April 2026).
// The same seed and the same requests per recipient give the same run: random choices depend on the recipient and on
// how many requests it has had, never on the order in which threads arrive.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bizcomms/base/live_secret.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/secret.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/simulator/behaviour.hpp"

namespace bizcomms::simulator {

struct Settings {
  std::string listen = "127.0.0.1:8002";
  std::uint64_t seed = 1;
  std::string account_sid = "AC0123456789abcdef0123456789abcdef";
  LiveSecret auth_token{Secret("0123456789abcdef0123456789abcdef")};        // also signs the webhooks
  std::map<std::string, Secret> api_keys = {};                              // "SK…" to its secret
  std::vector<std::string> senders = {};                                    // numbers of the account; empty: every number is
  std::map<std::string, std::vector<std::string>> messaging_services = {};  // "MG…" to its numbers; empty: every service exists
  std::string inbound_url = {};          // what people write is posted here (fragment overrides honoured); empty: nowhere
  std::string stories_folder = {};       // topstories.json and item/<id>.json; empty: built-in stories
  std::size_t messages_max = 2'000'000;  // kept; the oldest go first. A tenth of it for calls
  int webhooks_in_flight_max = 128;
  std::string metrics_name = "simulator";  // label `server`
  Behaviour behaviour = {};
};

// start() and stop() from one thread. `callbacks` carries the webhooks and must outlive the simulator.
class Simulator {
public:
  Simulator(Settings settings, const Log& log, Metrics& metrics, const Clock& clock, http::Client& callbacks);
  ~Simulator();  // stops
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  [[nodiscard]] Status start();
  [[nodiscard]] std::string address() const;  // "127.0.0.1:41234", after start
  void stop();

private:
  struct Hidden;
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms::simulator
