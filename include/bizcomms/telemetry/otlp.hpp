// Exports spans by OTLP over HTTP in JSON. Source: OpenTelemetry protocol specification and its environment variables.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bizcomms/base/backoff.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/secret.hpp"
#include "bizcomms/base/tracer.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::telemetry {

struct OtlpSettings {
  std::string endpoint;         // a base, to which /v1/traces is added
  std::string traces_endpoint;  // where it is given: used as it is
  Secret headers;               // "name=value,name=value", values percent-encoded
  Millis timeout{std::chrono::seconds{10}};
  double ratio = 1;                    // part of the traces kept that nobody has decided about
  std::string service_name;            // empty: bizcomms-<role>
  std::string disabled_by;             // why nothing is exported although there is an endpoint: a variable and its value
  std::vector<std::string> ignored{};  // variables of the environment that could not be read

  int spans_max = 16'384;  // that wait; more are dropped
  int batch_max = 2'048;   // of one request: about 1 MB
  Millis interval{std::chrono::seconds{1}};
  Millis flush_limit{std::chrono::seconds{3}};  // at the end
  int tries_max = 5;                            // of one batch
  Backoff backoff{std::chrono::seconds{1}, std::chrono::seconds{30}};
  std::uint64_t seed = 0;  // of the jitter; nought: from the operating system

  [[nodiscard]] bool is_on() const { return (!endpoint.empty() || !traces_endpoint.empty()) && disabled_by.empty(); }
};

// With what OTEL_… variables say wherever the settings say nothing: OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT,
// …_HEADERS, …_TIMEOUT (milliseconds), …_PROTOCOL, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER (always_on, always_off, traceidratio, the same
// with parentbased_: a caller's decision goes before each) and …_ARG, OTEL_TRACES_EXPORTER, OTEL_SDK_DISABLED. They may be meant for
// others: all but those about the endpoint are read only where traces are exported, and what cannot be read is `ignored`. `given`: which of
// timeout and ratio the settings do say.
struct Given {
  bool timeout = false;
  bool ratio = false;
};
[[nodiscard]] OtlpSettings completed(OtlpSettings settings, const std::map<std::string, std::string>& environment, Given given);

// `misconfigured`, in a sentence.
[[nodiscard]] Status check(const OtlpSettings& settings);

using Resource = std::vector<std::pair<std::string, std::string>>;  // "service.name" and others

// The body of one request. `spans` is not empty.
[[nodiscard]] std::string to_json(const std::vector<Span>& spans, const Resource& resource);

// Takes spans into a bounded buffer, drops what does not fit, and sends batches from one thread. What the receiver refuses for good is
// dropped; what may pass is tried again, while the buffer fills. The destructor sends what is left, for flush_limit at most.
class OtlpExporter final : public SpanSink {
public:
  // The settings are on and passed their check(). `client`, `clock` and `metrics` must outlive it; where the client is slower to end than
  // flush_limit it answers later than the exporter's end, which is well.
  OtlpExporter(OtlpSettings settings, Resource resource, http::Client& client, const Clock& clock, const Log& log, Metrics& metrics);
  ~OtlpExporter() override;
  void take(Span span) override;

private:
  enum class Sent : std::uint8_t { taken, refused, again };
  struct Answer {
    Sent sent = Sent::again;
    std::string reason{};
    std::optional<Millis> retry_after{};
    std::int64_t rejected = 0;  // of those taken
  };

  void run(const std::stop_token& stop);
  [[nodiscard]] std::vector<Span> next_batch(const std::stop_token& stop);
  void deliver(const std::vector<Span>& batch, const std::stop_token& stop);
  [[nodiscard]] Answer post(const std::string& body, const std::stop_token& stop);
  [[nodiscard]] Answer answer_of(const Result<http::ClientResponse>& response) const;
  void tell(const Answer& answer);
  // Until the end, after a stop was asked for.
  [[nodiscard]] Millis time_left(const std::stop_token& stop);

  const OtlpSettings m_settings;
  const Resource m_resource;
  const http::Headers m_headers;
  http::Client& m_client;
  const Clock& m_clock;
  const Log m_log;
  Random m_random;
  Counter& m_exported;
  Counter& m_dropped;
  Counter& m_refused;
  Counter& m_given_up;
  bool m_was_taken = true;                    // the last batch
  std::optional<SteadyTime> m_flush_until{};  // once a stop was asked for

  std::mutex m_mutex;  // guards m_waiting
  std::condition_variable_any m_filled;
  std::deque<Span> m_waiting;
  std::jthread m_thread;  // last: it uses all above
};

}  // namespace bizcomms::telemetry
