#include "aws/engine.hpp"

#include <algorithm>
#include <utility>

#include "aws/request.hpp"
#include "bizcomms/aws/environment.hpp"

namespace bizcomms::aws {
namespace {

constexpr Millis k_first_pause{1'000};
constexpr Millis k_idle{60'000};
constexpr Millis k_look_again{20};  // while retries wait: the clock may be one that somebody moves

Result<Answer> result_of(const Call& call, const Ending& ending, Result<http::ClientResponse> answer) {
  if (ending.meaning == Meaning::done) { return Answer{.body = std::move(answer->body)}; }
  if (ending.meaning != Meaning::refused) { return error_of(call, ending); }
  return Answer{.body = std::move(answer->body), .refusal = Refusal{ending.code, ending.message}};
}

}  // namespace

Engine::Engine(Settings settings, Credentials& credentials, http::Client& http, const Clock& clock, const Log& log, Metrics& metrics)
    : m_settings(std::move(settings)),
      m_credentials(credentials),
      m_http(http),
      m_clock(clock),
      m_log(log),
      m_backoff{.first = k_first_pause, .longest = m_settings.retry_longest},
      m_service_time(clock),
      m_meter(metrics),
      m_tokens(m_settings.retry_tokens),
      m_key_thread([this] { fetch_keys(); }),
      m_thread([this] { run(); }) {}

Engine::~Engine() {
  m_inbox->close();
  m_thread.join();
  m_keyless.close();
  m_key_thread.join();
}

void Engine::submit(Call call, std::function<void(Result<Answer>)> done) {
  auto job = std::make_shared<Job>(Job{.call = std::move(call), .done = std::move(done), .started = m_clock.steady()});
  m_inbox->push({.job = std::move(job)});
}

void Engine::run() {
  bool closed = false;
  while (!closed || m_open > 0) {
    for (Arrival& arrival : m_inbox->take(longest_wait(closed), closed)) { arrived(std::move(arrival)); }
    begin_due(closed);
  }
}

Millis Engine::longest_wait(bool closed) const {
  if (m_delayed.empty()) { return k_idle; }
  const auto until = std::chrono::ceil<Millis>(m_delayed.begin()->first - m_clock.steady());
  return closed ? Millis{0} : std::clamp(until, Millis{0}, k_look_again);
}

void Engine::arrived(Arrival arrival) {
  if (arrival.answer) { return judge(arrival.job, *std::move(arrival.answer), arrival.at); }
  if (arrival.key && !*arrival.key) { return finish(arrival.job, arrival.key->error()); }
  if (arrival.key) { return begin_with(arrival.job, *std::move(*arrival.key)); }
  ++m_open;
  begin(arrival.job);
}

void Engine::begin_due(bool closed) {
  const SteadyTime now = m_clock.steady();
  while (!m_delayed.empty() && (closed || m_delayed.begin()->first <= now)) {
    const auto first = m_delayed.extract(m_delayed.begin());
    begin(first.mapped());
  }
}

void Engine::begin(const JobPointer& job) {
  auto key = m_credentials.at_hand();
  if (!key) { return m_keyless.push({.job = job}); }
  begin_with(job, *std::move(key));
}

void Engine::fetch_keys() {
  bool closed = false;
  while (!closed) {
    for (const Arrival& waiting : m_keyless.take(k_idle, closed)) {
      m_inbox->push({.job = waiting.job, .at = m_clock.steady(), .key = m_credentials.current()});
    }
  }
}

// The date, and so the signature, is a new one with every attempt.
void Engine::begin_with(const JobPointer& job, AccessKey key) {
  const Call& call = job->call;
  auto endpoint = endpoint_of(m_settings, call.service);
  if (!endpoint) { return finish(job, endpoint.error()); }
  job->key = std::move(key);
  const Url url = parse_url(*endpoint).value_or(Url{});
  auto request = request_of(call, *std::move(endpoint), call.timeout.value_or(m_settings.timeout));
  sign(request, url, job->key, {m_clock.now() + m_clock_offset, m_settings.region, std::string(to_string(call.service))}, m_signing_keys);
  ++job->tries.made;
  m_http.send(std::move(request), [inbox = m_inbox, &clock = m_clock, job](Result<http::ClientResponse> answer) {
    inbox->push({job, std::move(answer), clock.steady()});
  });
}

void Engine::judge(const JobPointer& job, Result<http::ClientResponse> answer, SteadyTime at) {
  const Ending ending = ending_of(facts_of(job->call.service).protocol, answer);
  // What bears no request id may be a proxy's answer, dated by the proxy's clock.
  const auto date = ending.request_id.empty() ? std::nullopt : date_of(answer->headers);
  if (date) { m_service_time.learn(*date, at); }
  const Step step = step_after(ending.meaning, job->call.repeatable, job->tries, m_settings.attempts_max);
  if (ending.meaning == Meaning::clock_off) { correct_date(answer); }
  if (ending.meaning == Meaning::key_refused) { m_credentials.refused(job->key); }
  switch (step) {
    case Step::again_with_date:
      job->tries.date_corrected = true;
      --job->tries.made;
      return begin(job);
    case Step::again_with_key:
      job->tries.key_renewed = true;
      --job->tries.made;
      return begin(job);
    case Step::again_later:
      return delay(job, ending);
    case Step::finish:
      break;
  }
  finish(job, result_of(job->call, ending, std::move(answer)));
}

void Engine::correct_date(const Result<http::ClientResponse>& answer) {
  const auto date = date_of(answer->headers);
  if (!date) { return; }
  m_clock_offset = *date - m_clock.now();
  m_log.warning("the clock differs from that of AWS; requests are dated by theirs", {{"seconds", m_clock_offset.count() / 1000}});
}

void Engine::delay(const JobPointer& job, const Ending& ending) {
  const int cost = retry_cost(ending.meaning);
  Error error = error_of(job->call, ending);
  if (!m_tokens.take(cost)) { return finish(job, std::move(error)); }
  job->cost_of_retry = cost;
  const Millis pause = m_backoff.delay(job->tries.made, m_random);
  m_log.debug(
      "call to AWS is tried again",
      {{"service", to_string(job->call.service)}, {"operation", job->call.operation}, {"pause_ms", pause.count()}, {"cause", error.cause}});
  m_delayed.emplace(m_clock.steady() + pause, job);
  m_meter.retried(job->call);
}

void Engine::finish(const JobPointer& job, Result<Answer> result) {
  if (result) { m_tokens.give_back(std::max(job->cost_of_retry, 1)); }
  m_meter.ended(job->call, result, m_clock.steady() - job->started);
  --m_open;
  job->done(std::move(result));
}

}  // namespace bizcomms::aws
