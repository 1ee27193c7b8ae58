// Carries webhooks: at their time, signed as Twilio signs, with the connection overrides and retries that their URLs ask for.
// Source: Twilio docs "Secure webhooks", "Connection overrides".
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <thread>
#include <vector>

#include "bizcomms/base/live_secret.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/secret.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::simulator {

struct Webhook {
  std::string url;  // with its fragment
  std::string method = "POST";
  http::Parameters parameters = {};
  std::string token = {};  // I-Twilio-Idempotency-Token: of the event, the same in its retries and duplicates
  std::function<void(const Result<http::ClientResponse>&)> answered = {};  // after the last try, on the courier's thread
};

// X-Twilio-Signature: HMAC-SHA1 over the URL without fragment and user, followed by the parameters sorted by name.
[[nodiscard]] std::string signature(const Secret& auth_token, const std::string& url, http::Parameters parameters);

struct Overrides {
  Millis connect{5'000};
  Millis read{15'000};
  Millis total{15'000};
  int retries = 1;
  std::string policy = "ct";  // comma list of 4xx, 5xx, ct, rt, all
};
[[nodiscard]] Overrides parse_overrides(const std::string& url);
[[nodiscard]] std::string without_fragment(const std::string& url);

struct CourierCounts {
  std::int64_t sent = 0;    // requests, retries included
  std::int64_t taken = 0;   // answered with 2xx
  std::int64_t failed = 0;  // given up
  std::int64_t retried = 0;
  std::int64_t waiting = 0;  // not yet due, or no room
  std::int64_t in_flight = 0;
};

// post() and counts() from any thread. Makers and `answered` run on the courier's thread (or in tick()) without its lock.
class Courier {
public:
  // Asked when due; nothing: the event is no longer true.
  using Maker = std::function<std::optional<Webhook>()>;

  Courier(int in_flight_max, LiveSecret auth_token, http::Client& client, const Clock& clock, const Log& log);
  ~Courier();  // stops
  void start();
  void stop();  // what waits is dropped
  void post(Time due, Maker make);
  void forget();  // drops what waits
  // Does all that is due; the time until the next is due, if any. For the thread, and for tests without one.
  std::optional<Millis> tick();
  [[nodiscard]] CourierCounts counts() const;

private:
  struct Trip;
  struct Job {
    SteadyTime due;
    std::uint64_t number;  // equal times leave in the order they were posted
    Maker make;
    std::shared_ptr<Trip> trip;  // a retry
    bool operator<(const Job& other) const { return due != other.due ? due > other.due : number > other.number; }
  };
  struct Answer {
    std::shared_ptr<Trip> trip;
    Result<http::ClientResponse> result;
  };
  struct Shared;  // outlives the courier while the client still holds requests of ours

  void run(const std::stop_token& stop);
  void send(std::shared_ptr<Trip> trip);
  void settle(Answer answer);
  [[nodiscard]] std::optional<Job> next_job(std::optional<Millis>& wait);

  int m_in_flight_max;
  LiveSecret m_auth_token;
  http::Client& m_client;
  const Clock& m_clock;
  Log m_log;
  std::shared_ptr<Shared> m_shared;
  std::jthread m_thread;
};

}  // namespace bizcomms::simulator
