#include "bizcomms/telemetry/otlp.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "bizcomms/json/reader.hpp"
#include "telemetry/otlp_headers.hpp"

namespace bizcomms::telemetry {
namespace {

constexpr std::size_t k_answer_bytes_max = std::size_t{4} * 1024 * 1024;
constexpr Millis k_retry_after_longest{std::chrono::minutes{5}};

// An answer that comes, or does not.
struct Pending {
  std::mutex mutex;  // guards response
  std::condition_variable_any came;
  std::optional<Result<http::ClientResponse>> response;
};

std::string url_of(const OtlpSettings& settings) {
  if (!settings.traces_endpoint.empty()) { return settings.traces_endpoint; }
  return settings.endpoint + (settings.endpoint.ends_with('/') ? "v1/traces" : "/v1/traces");
}

http::Headers headers_of(const OtlpSettings& settings) {
  auto headers = parse_headers(settings.headers.reveal());
  bizcomms::check(headers.has_value(), "the settings passed their check()");
  headers->set("Content-Type", "application/json");
  return *std::move(headers);
}

// Seconds, or a date.
std::optional<Millis> retry_after(const http::ClientResponse& response, const Clock& clock) {
  const auto field = response.headers.find("Retry-After");
  if (!field) { return std::nullopt; }
  std::int64_t seconds = 0;
  const auto read = std::from_chars(field->data(), field->data() + field->size(), seconds);
  Millis wait = std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, 3600)};
  if (read.ec != std::errc{} || read.ptr != field->data() + field->size()) {
    const auto date = parse_rfc2822(*field);
    if (!date) { return std::nullopt; }
    wait = *date - clock.now();
  }
  return std::clamp(wait, Millis{0}, k_retry_after_longest);
}

// How many of them a success says it has refused, and why. Source: OTLP, partial success.
std::int64_t rejected_spans(const http::ClientResponse& response, std::string& reason) {
  const auto document = json::Document::parse(response.body, {.bytes = k_answer_bytes_max});
  if (!document) { return 0; }
  const auto partial = document->root()["partialSuccess"];
  reason = partial["errorMessage"].as_string().value_or("");
  if (const auto number = partial["rejectedSpans"].as_int()) { return *number; }
  std::int64_t count = 0;
  const auto text = partial["rejectedSpans"].as_string().value_or("0");
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

Counter& spans_total(Metrics& metrics, const std::string& outcome) {
  return metrics.counter("bizcomms_spans_total",
                         "Spans by what became of them: exported, dropped for want of room, refused by the receiver, given up after tries.",
                         {{"outcome", outcome}});
}

}  // namespace

OtlpExporter::OtlpExporter(OtlpSettings settings, Resource resource, http::Client& client, const Clock& clock, const Log& log,
                           Metrics& metrics)
    : m_settings(std::move(settings)),
      m_resource(std::move(resource)),
      m_headers(headers_of(m_settings)),
      m_client(client),
      m_clock(clock),
      m_log(log),
      m_random(m_settings.seed != 0 ? m_settings.seed : Random::system_seed()),
      m_exported(spans_total(metrics, "exported")),
      m_dropped(spans_total(metrics, "dropped")),
      m_refused(spans_total(metrics, "refused")),
      m_given_up(spans_total(metrics, "given_up")),
      m_thread([this](const std::stop_token& stop) { run(stop); }) {}

OtlpExporter::~OtlpExporter() {
  m_thread.request_stop();
  m_thread.join();
}

void OtlpExporter::take(Span span) {
  const auto batch = static_cast<std::size_t>(m_settings.batch_max);
  std::unique_lock lock(m_mutex);
  if (m_waiting.size() >= static_cast<std::size_t>(m_settings.spans_max)) {
    lock.unlock();
    return m_dropped.add();
  }
  m_waiting.push_back(std::move(span));
  const auto size = m_waiting.size();
  lock.unlock();
  if (size == 1 || size == batch) { m_filled.notify_one(); }
}

void OtlpExporter::run(const std::stop_token& stop) {
  while (true) {
    const auto batch = next_batch(stop);
    if (batch.empty()) { return; }
    if (stop.stop_requested() && time_left(stop) <= Millis{0}) {
      m_given_up.add(static_cast<double>(batch.size()));
    } else {
      deliver(batch, stop);
    }
  }
}

// Waits for a full batch, for `interval` after its first span at most. Empty: a stop was asked for, and nothing is left.
std::vector<Span> OtlpExporter::next_batch(const std::stop_token& stop) {
  const auto max = static_cast<std::size_t>(m_settings.batch_max);
  std::unique_lock lock(m_mutex);
  m_filled.wait(lock, stop, [&] { return !m_waiting.empty(); });
  m_filled.wait_for(lock, stop, m_settings.interval, [&] { return m_waiting.size() >= max; });
  const auto end = m_waiting.begin() + static_cast<std::ptrdiff_t>(std::min(max, m_waiting.size()));
  std::vector<Span> batch(std::make_move_iterator(m_waiting.begin()), std::make_move_iterator(end));
  m_waiting.erase(m_waiting.begin(), end);
  return batch;
}

Millis OtlpExporter::time_left(const std::stop_token& stop) {
  if (!stop.stop_requested()) { return Millis::max(); }
  if (!m_flush_until) { m_flush_until = m_clock.steady() + m_settings.flush_limit; }
  return std::max(Millis{0}, std::chrono::ceil<Millis>(*m_flush_until - m_clock.steady()));
}

void OtlpExporter::deliver(const std::vector<Span>& batch, const std::stop_token& stop) {
  const std::string body = to_json(batch, m_resource);
  for (int tries = 1;; ++tries) {
    const Answer answer = post(body, stop);
    tell(answer);
    if (answer.sent != Sent::again) {
      const auto refused =
          answer.sent == Sent::refused ? std::ssize(batch) : std::clamp<std::int64_t>(answer.rejected, 0, std::ssize(batch));
      m_refused.add(static_cast<double>(refused));
      return m_exported.add(static_cast<double>(std::ssize(batch) - refused));
    }
    if (tries >= m_settings.tries_max || time_left(stop) <= Millis{0}) { return m_given_up.add(static_cast<double>(batch.size())); }
    const Millis delay = answer.retry_after.value_or(m_settings.backoff.delay(tries, m_random));
    if (!sleep_for(stop, delay)) { sleep_for({}, std::min(delay, time_left(stop))); }
  }
}

// The request may outlive a stop, and then answers to nobody.
OtlpExporter::Answer OtlpExporter::post(const std::string& body, const std::stop_token& stop) {
  http::ClientRequest request{.method = "POST", .url = url_of(m_settings), .headers = m_headers, .body = body};
  request.timeout = m_settings.timeout;
  request.connect_timeout = std::min(request.connect_timeout, m_settings.timeout);
  request.body_bytes_max = k_answer_bytes_max;
  const auto pending = std::make_shared<Pending>();
  m_client.send(std::move(request), [pending](Result<http::ClientResponse> response) {
    const std::scoped_lock lock(pending->mutex);
    pending->response = std::move(response);
    pending->came.notify_all();
  });
  std::unique_lock lock(pending->mutex);
  const auto came = [&] { return pending->response.has_value(); };
  if (!pending->came.wait(lock, stop, came) && !pending->came.wait_for(lock, time_left(stop), came)) {
    return {.reason = "No answer came before the end."};
  }
  return answer_of(*pending->response);
}

OtlpExporter::Answer OtlpExporter::answer_of(const Result<http::ClientResponse>& response) const {
  if (!response) {
    const bool lost = response.error().code == ErrorCode::unavailable || response.error().code == ErrorCode::outcome_unknown;
    return {.sent = lost ? Sent::again : Sent::refused, .reason = response.error().message};
  }
  const int status = response->status;
  if (status >= 200 && status <= 299) {
    Answer answer{.sent = Sent::taken};
    answer.rejected = rejected_spans(*response, answer.reason);
    return answer;
  }
  const bool may_pass = status == 429 || status == 502 || status == 503 || status == 504;
  return {.sent = may_pass ? Sent::again : Sent::refused,
          .reason = "HTTP status " + std::to_string(status) + ".",
          .retry_after = may_pass ? retry_after(*response, m_clock) : std::nullopt};
}

// Once per change.
void OtlpExporter::tell(const Answer& answer) {
  const bool taken = answer.sent == Sent::taken && answer.rejected == 0;
  if (taken == m_was_taken) { return; }
  m_was_taken = taken;
  if (taken) {
    m_log.info("traces are taken again");
  } else {
    m_log.warning("traces are not taken", {{"reason", answer.reason}});
  }
}

}  // namespace bizcomms::telemetry
