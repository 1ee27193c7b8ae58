#include "simulator/courier.hpp"

#include <algorithm>
#include <utility>

namespace bizcomms::simulator {
namespace {

constexpr Millis k_first_retry{200};
constexpr std::size_t k_answer_bytes_max = std::size_t{256} * 1024;

bool contains(const std::string& policy, std::string_view word) {
  std::string_view rest = policy;
  while (!rest.empty()) {
    const auto part = rest.substr(0, rest.find(','));
    if (part == word || part == "all") { return true; }
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  }
  return false;
}

bool is_success(const Result<http::ClientResponse>& result) { return result && result->status >= 200 && result->status < 300; }

bool may_retry(const Overrides& overrides, const Result<http::ClientResponse>& result) {
  if (!result) { return contains(overrides.policy, result.error().code == ErrorCode::unavailable ? "ct" : "rt"); }
  return contains(overrides.policy, result->status >= 500 ? "5xx" : "4xx");
}

}  // namespace

struct Courier::Trip {
  Webhook webhook;
  Overrides overrides;
  SteadyTime began;
  int tries = 0;
};

struct Courier::Shared {
  std::mutex mutex;  // guards all below
  std::condition_variable_any changed;
  std::priority_queue<Job> jobs;
  std::vector<Answer> answers;
  std::uint64_t next_number = 0;
  CourierCounts counts;
};

Courier::Courier(int in_flight_max, LiveSecret auth_token, http::Client& client, const Clock& clock, const Log& log)
    : m_in_flight_max(in_flight_max),
      m_auth_token(std::move(auth_token)),
      m_client(client),
      m_clock(clock),
      m_log(log),
      m_shared(std::make_shared<Shared>()) {}

Courier::~Courier() { stop(); }

void Courier::start() {
  m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Courier::stop() {
  if (!m_thread.joinable()) { return; }
  m_thread.request_stop();
  m_thread.join();
  forget();
}

void Courier::forget() {
  const std::scoped_lock lock(m_shared->mutex);
  m_shared->jobs = {};
}

void Courier::post(Time due, Maker make) {
  const auto wait = std::max(Millis{0}, due - m_clock.now());
  const std::scoped_lock lock(m_shared->mutex);
  m_shared->jobs.push({m_clock.steady() + wait, m_shared->next_number++, std::move(make), nullptr});
  m_shared->changed.notify_one();
}

CourierCounts Courier::counts() const {
  const std::scoped_lock lock(m_shared->mutex);
  CourierCounts counts = m_shared->counts;
  counts.waiting = static_cast<std::int64_t>(m_shared->jobs.size());
  return counts;
}

void Courier::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto wait = tick();
    std::unique_lock lock(m_shared->mutex);
    const auto before = m_shared->next_number;
    const auto woken = [this, before] { return !m_shared->answers.empty() || m_shared->next_number != before; };
    if (wait) {
      (void)m_shared->changed.wait_for(lock, stop, *wait, woken);
    } else {
      (void)m_shared->changed.wait(lock, stop, woken);
    }
  }
}

std::optional<Courier::Job> Courier::next_job(std::optional<Millis>& wait) {
  const std::scoped_lock lock(m_shared->mutex);
  if (m_shared->jobs.empty() || m_shared->counts.in_flight >= m_in_flight_max) { return std::nullopt; }
  const auto left = m_shared->jobs.top().due - m_clock.steady();
  if (left > SteadyTime::duration::zero()) {
    wait = std::chrono::ceil<Millis>(left);
    return std::nullopt;
  }
  Job job = m_shared->jobs.top();
  m_shared->jobs.pop();
  return job;
}

std::optional<Millis> Courier::tick() {
  std::vector<Answer> answers;
  {
    const std::scoped_lock lock(m_shared->mutex);
    answers.swap(m_shared->answers);
  }
  for (auto& answer : answers) { settle(std::move(answer)); }
  std::optional<Millis> wait;
  while (auto job = next_job(wait)) {
    if (job->trip) {
      send(job->trip);
    } else if (auto webhook = job->make()) {
      auto trip = std::make_shared<Trip>();
      trip->overrides = parse_overrides(webhook->url);
      trip->webhook = std::move(*webhook);
      trip->began = m_clock.steady();
      send(std::move(trip));
    }
  }
  return wait;
}

void Courier::send(std::shared_ptr<Trip> trip) {
  const Webhook& webhook = trip->webhook;
  ++trip->tries;
  const auto spent = std::chrono::duration_cast<Millis>(m_clock.steady() - trip->began);
  http::ClientRequest request{.method = webhook.method, .url = without_fragment(webhook.url), .body_bytes_max = k_answer_bytes_max};
  request.connect_timeout = trip->overrides.connect;
  request.timeout = std::max(Millis{100}, std::min(trip->overrides.read, trip->overrides.total - spent));
  if (webhook.method == "GET") {
    request.url += (request.url.find('?') == std::string::npos ? "?" : "&") + http::to_form(webhook.parameters);
    request.headers.add("X-Twilio-Signature", signature(*m_auth_token.current(), request.url, {}));
  } else {
    request.body = http::to_form(webhook.parameters);
    request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    request.headers.add("X-Twilio-Signature", signature(*m_auth_token.current(), webhook.url, webhook.parameters));
  }
  request.headers.add("I-Twilio-Idempotency-Token", webhook.token);
  request.headers.add("User-Agent", "TwilioProxy/1.1");
  request.headers.add("Accept", "*/*");
  {
    const std::scoped_lock lock(m_shared->mutex);
    ++m_shared->counts.sent;
    ++m_shared->counts.in_flight;
  }
  m_client.send(std::move(request), [shared = m_shared, trip = std::move(trip)](Result<http::ClientResponse> result) mutable {
    const std::scoped_lock lock(shared->mutex);
    --shared->counts.in_flight;
    shared->answers.push_back({std::move(trip), std::move(result)});
    shared->changed.notify_one();
  });
}

void Courier::settle(Answer answer) {
  Trip& trip = *answer.trip;
  const bool success = is_success(answer.result);
  const auto delay = k_first_retry * (1 << std::min(trip.tries - 1, 4));
  const bool in_time = m_clock.steady() + delay < trip.began + trip.overrides.total;
  if (!success && trip.tries <= trip.overrides.retries && in_time && may_retry(trip.overrides, answer.result)) {
    const std::scoped_lock lock(m_shared->mutex);
    ++m_shared->counts.retried;
    m_shared->jobs.push({m_clock.steady() + delay, m_shared->next_number++, {}, answer.trip});
    return;
  }
  {
    const std::scoped_lock lock(m_shared->mutex);
    ++(success ? m_shared->counts.taken : m_shared->counts.failed);
  }
  if (!success) { m_log.debug("A webhook was given up", {{"status", answer.result ? answer.result->status : 0}, {"tries", trip.tries}}); }
  if (trip.webhook.answered) { trip.webhook.answered(answer.result); }
}

}  // namespace bizcomms::simulator
