// The ceiling of delivering: the product's own sender and HTTP engine, and nothing else, against the sink. As many requests as the worker
// has in flight, over as many connections; each is what the worker sends.
// Usage: bench_engine URL SECONDS [IN_FLIGHT CONNECTIONS]. Prints "RESULT requests microseconds", after how many failed, if any.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

#include <fmt/format.h>

#include "bizcomms/base/ids.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/twilio/sender.hpp"

namespace {

using namespace bizcomms;
using Instant = std::chrono::steady_clock::time_point;

constexpr int k_numbers = 10'000'000;

twilio::Settings twilio_settings(const std::string& url) {
  twilio::Settings settings;
  settings.account_sid = "AC" + std::string(32, '0');
  settings.auth_token = Secret(std::string(32, '0'));
  settings.senders = {"+15005550006"};
  settings.base_url = url;
  settings.public_url = "https://alerts.example.com";
  return settings;
}

// Keeps so many requests in flight, one thread sending and the engine's answering.
class Drive {
public:
  Drive(alert::Sender& sender, const Clock& clock, int in_flight_max)
      : m_sender(sender), m_clock(clock), m_ids(clock, 1), m_max(in_flight_max) {}

  void run_until(Instant end) {
    while (std::chrono::steady_clock::now() < end) {
      for (int free = wait_for_places(); free > 0; --free) { send(); }
    }
    std::unique_lock lock(m_mutex);
    m_landed.wait(lock, [this] { return m_in_flight == 0; });
  }
  [[nodiscard]] std::int64_t answered() const { return m_answered; }
  [[nodiscard]] std::int64_t failed() const { return m_failed; }

private:
  // Gathers a few, as the worker does.
  int wait_for_places() {
    std::unique_lock lock(m_mutex);
    m_landed.wait(lock, [this] { return m_max - m_in_flight >= m_max / 4; });
    const int free = m_max - m_in_flight;
    m_in_flight = m_max;
    return free;
  }
  void send() {
    const alert::DeliveryId id{.alert = m_alert, .batch = 1, .recipient = m_ids.next<alert::RecipientId>()};
    m_sender.send({.id = id,
                   .token = {m_ids.next_uuid()},
                   .to = fmt::format("+1555{:07}", ++m_sent % k_numbers),
                   .sender = m_sender.senders().front(),
                   .title = "Benchmark",
                   .message = "To all.",
                   .started_at = m_clock.now(),
                   .lease_ends = m_clock.steady() + std::chrono::hours{1}},
                  [this](const Result<alert::ProviderId>& answer) { land(answer.has_value()); });
  }
  void land(bool is_sent) {
    const std::scoped_lock lock(m_mutex);
    --m_in_flight;
    ++(is_sent ? m_answered : m_failed);
    if (m_max - m_in_flight >= m_max / 4 || m_in_flight == 0) { m_landed.notify_one(); }
  }

  alert::Sender& m_sender;
  const Clock& m_clock;
  IdSource m_ids;
  const alert::AlertId m_alert = m_ids.next<alert::AlertId>();
  const int m_max;
  std::int64_t m_sent = 0;
  std::mutex m_mutex;  // guards all below
  std::condition_variable m_landed;
  int m_in_flight = 0;
  std::int64_t m_answered = 0;
  std::int64_t m_failed = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 5) {
    std::fputs("Usage: bench_engine URL SECONDS [IN_FLIGHT CONNECTIONS]\n", stderr);
    return 2;
  }
  const int in_flight = argc > 3 ? std::atoi(argv[3]) : 512;
  const int connections = argc > 4 ? std::atoi(argv[4]) : 256;
  const SystemClock clock;
  Metrics metrics;
  http::CurlClient client({.connections_max = connections}, Log::silent(), metrics);
  twilio::TwilioSender sender(twilio_settings(argv[1]), client, clock, metrics);
  Drive drive(sender, clock, in_flight);
  const auto start = std::chrono::steady_clock::now();
  drive.run_until(start + std::chrono::seconds(std::atoi(argv[2])));
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count();
  if (drive.failed() > 0) { std::printf("%lld failed\n", static_cast<long long>(drive.failed())); }
  std::printf("RESULT %lld %lld\n", static_cast<long long>(drive.answered()), static_cast<long long>(took));
  return drive.failed() > 0 ? 1 : 0;
}
