#include "worker/recorder.hpp"

#include <chrono>

#include "worker/group_spans.hpp"
#include "worker/outcome.hpp"

namespace bizcomms::worker {

using alert::Outcome;
using alert::RecordVerdict;

namespace {

constexpr int k_opted_out = 21610;  // Twilio: the recipient has replied STOP

void count(Tally& tally, Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::sent:
      ++tally.sent;
      break;
    case Outcome::Kind::retry:
      ++tally.retry;
      break;
    case Outcome::Kind::unknown:
      ++tally.unknown;
      break;
    case Outcome::Kind::failed:
      ++tally.failed;
      break;
  }
}

}  // namespace

Recorder::Recorder(const Context& context, std::uint64_t number)
    : m_context(context), m_random(context.random(RandomStream::recorders, number)) {}

void Recorder::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto flights = m_context.traffic->wait_for_arrivals(stop);
    if (!flights.empty()) { record(flights, stop); }
  }
}

Outcome Recorder::outcome_of_flight(const Flight& flight) {
  auto outcome = outcome_of({flight.id, flight.token, flight.refusals}, *flight.answer, m_context.settings.delivery, m_random);
  const double seconds = std::chrono::duration<double>(flight.landed_at - flight.left_at).count();
  m_context.meters.request_seconds[static_cast<std::size_t>(flight.id.channel)]->observe(seconds);
  m_context.meters.count(outcome.kind, flight.id.channel);
  const bool is_our_fault = !*flight.answer && (flight.answer->error().code == ErrorCode::misconfigured ||
                                                flight.answer->error().code == ErrorCode::unauthenticated);
  if (is_our_fault) { m_context.meters.misconfigured.add(); }
  count(flight.work->tally, outcome.kind);
  if (outcome.kind != Outcome::Kind::sent && m_context.log.enabled(LogLevel::debug)) {
    m_context.log.debug("Delivery not sent", {{"alert_id", flight.id.alert.to_string()},
                                              {"recipient_id", flight.id.recipient.to_string()},
                                              {"attempt", flight.attempt},
                                              {"reason", outcome.reason},
                                              {"trace_id", flight.work->trace_id},
                                              LogField::if_any("span_id", flight.work->span_id)});
  }
  return outcome;
}

Result<std::vector<RecordVerdict>> Recorder::write(std::span<const Outcome> outcomes, const std::stop_token& stop) {
  const SteadyTime started = m_context.clock.steady();
  auto verdicts = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                               [&] { return m_context.ports.ledger.record(outcomes); });
  m_context.meters.record_rows.observe(static_cast<double>(outcomes.size()));
  m_context.meters.record_seconds.observe(std::chrono::duration<double>(m_context.clock.steady() - started).count());
  if (verdicts && verdicts->size() != outcomes.size()) {
    return Error{.code = ErrorCode::internal, .message = "The ledger did not answer for each outcome."};
  }
  return verdicts;
}

void Recorder::record(const Flights& flights, const std::stop_token& stop) {
  m_context.failpoints.hit(Failpoint::after_request);
  std::vector<Outcome> outcomes;
  outcomes.reserve(flights.size());
  for (const auto& flight : flights) { outcomes.push_back(outcome_of_flight(*flight)); }
  m_context.traffic->learn(flights);
  m_context.failpoints.hit(Failpoint::before_record);
  GroupSpans spans(m_context.tracer, "record");
  for (const auto& flight : flights) { spans.add(*flight->work); }
  const auto verdicts = write(outcomes, stop);
  spans.end(verdicts ? nullptr : &verdicts.error());
  if (stop.stop_requested() && !verdicts) { return; }
  m_context.failpoints.hit(Failpoint::after_record);
  if (!verdicts) {
    record_singly(flights, outcomes, stop);
  } else {
    for (std::size_t i = 0; i < flights.size(); ++i) { follow_up(*flights[i], outcomes[i], (*verdicts)[i], stop); }
  }
  for (const auto& flight : flights) { m_context.traffic->settle(flight->work, 1); }
}

// A group failed for a reason that trying again does not cure: one of them must not take the others with it.
void Recorder::record_singly(const Flights& flights, const std::vector<Outcome>& outcomes, const std::stop_token& stop) {
  for (std::size_t i = 0; i < flights.size(); ++i) {
    const auto verdict = write(std::span(&outcomes[i], 1), stop);
    if (verdict) {
      follow_up(*flights[i], outcomes[i], verdict->front(), stop);
      continue;
    }
    flights[i]->work->unrecorded = true;
    m_context.log.error("An outcome cannot be recorded; it is looked up when its lease has ended", verdict.error(),
                        {{"alert_id", flights[i]->id.alert.to_string()},
                         {"recipient_id", flights[i]->id.recipient.to_string()},
                         {"trace_id", flights[i]->work->trace_id},
                         LogField::if_any("span_id", flights[i]->work->span_id)});
  }
}

void Recorder::follow_up(const Flight& flight, const Outcome& outcome, RecordVerdict verdict, const std::stop_token& stop) {
  if (verdict == RecordVerdict::sid_taken) { insist(outcome, stop); }
  if (outcome.kind == Outcome::Kind::failed && outcome.error_code == k_opted_out) { keep_opt_out(flight, stop); }
}

// Another delivery claimed this SID by a look-up; the provider's own answer outranks that, as a callback does.
void Recorder::insist(const Outcome& outcome, const std::stop_token& stop) {
  const alert::Report report{.id = outcome.id, .token = outcome.token, .sid = *outcome.sid, .at = m_context.clock.now()};
  const auto merged = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                                   [&] { return m_context.ports.ledger.merge(std::span(&report, 1)); });
  if (!merged) {
    m_context.log.error("A SID that two deliveries claim could not be given to the one it answers", merged.error(),
                        {{"alert_id", outcome.id.alert.to_string()}, {"recipient_id", outcome.id.recipient.to_string()}});
  }
}

void Recorder::keep_opt_out(const Flight& flight, const std::stop_token& stop) {
  const auto kept = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                                 [&] { return m_context.ports.recipients.opt_out(flight.to, std::to_string(k_opted_out), {}, {}); });
  if (kept) {
    m_context.meters.learnt_opt_outs.add();
  } else {
    m_context.log.error("An opt-out could not be kept", kept.error(),
                        {{"recipient_id", flight.id.recipient.to_string()}, {"trace_id", flight.work->trace_id}});
  }
}

}  // namespace bizcomms::worker
