#include "worker/dispatcher.hpp"

#include <algorithm>
#include <chrono>

#include "worker/group_spans.hpp"

namespace bizcomms::worker {

using alert::BeginVerdict;

Dispatcher::Dispatcher(const Context& context)
    : m_context(context), m_senders(context.ports.sender.senders()), m_tokens(context.clock, context.seed_of(RandomStream::dispatcher)) {}

void Dispatcher::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto departures = m_context.traffic->wait_for_departures(stop);
    if (stop.stop_requested()) { return; }
    begin(std::move(departures));
  }
}

alert::Intent Dispatcher::intent_of(const Departure& departure) {
  const Row& row = *departure.row;
  return {.id = departure.work->delivery_id(row),
          .token = {m_tokens.next_uuid()},
          .previous = row.previous,
          .account = m_context.ports.sender.account(),
          .sender = m_senders[row.sender],
          .body_hash = departure.work->hashes[static_cast<std::size_t>(row.channel)],
          .lease = m_context.settings.delivery.lease};
}

Result<std::vector<alert::BeginAnswer>> Dispatcher::write(const std::vector<alert::Intent>& intents) {
  const SteadyTime started = m_context.clock.steady();
  auto answers = m_context.ports.ledger.begin(intents);
  m_context.meters.begin_rows.observe(static_cast<double>(intents.size()));
  m_context.meters.begin_seconds.observe(std::chrono::duration<double>(m_context.clock.steady() - started).count());
  m_context.database.note(answers);
  if (answers && answers->size() != intents.size()) {
    return Error{.code = ErrorCode::internal, .message = "The ledger did not answer for each delivery."};
  }
  return answers;
}

void Dispatcher::begin(std::vector<Departure> departures) {
  std::vector<alert::Intent> intents;
  intents.reserve(departures.size());
  for (const Departure& departure : departures) { intents.push_back(intent_of(departure)); }
  m_context.failpoints.hit(Failpoint::before_begin);
  const SteadyTime lease_ends = m_context.clock.steady() + m_context.settings.delivery.lease;  // from before the begin: never too late
  GroupSpans spans(m_context.tracer, "begin");
  for (const Departure& departure : departures) { spans.add(*departure.work); }
  auto answers = write(intents);
  spans.end(answers ? nullptr : &answers.error());
  if (!answers) {
    begin_failed(std::move(departures), answers.error());
    return;
  }
  m_context.failpoints.hit(Failpoint::after_begin);
  int not_sent = 0;
  std::vector<Departure> failed;
  std::optional<Error> failure;
  for (std::size_t i = 0; i < departures.size(); ++i) {
    alert::BeginAnswer& answer = (*answers)[i];
    if (answer.verdict == BeginVerdict::begun) {
      send(departures[i], intents[i], std::move(answer), lease_ends);
    } else if (answer.verdict == BeginVerdict::failed) {
      failed.push_back(std::move(departures[i]));
      failure = std::move(answer.error);
    } else {
      skip(departures[i], answer.verdict);
      ++not_sent;
    }
  }
  if (not_sent > 0) { m_context.traffic->not_sent(not_sent); }
  if (failure) { begin_failed(std::move(failed), *failure); }
}

void Dispatcher::skip(const Departure& departure, BeginVerdict verdict) {
  const Row& row = *departure.row;
  m_context.ports.permits.give_back(m_senders[row.sender], row.channel, departure.work->segments);
  if (verdict == BeginVerdict::taken) {
    departure.work->contended = true;
    m_context.meters.contended.add();
  } else if (verdict == BeginVerdict::doubtful) {
    ++departure.work->tally.unknown;
  } else {
    ++departure.work->tally.withdrawn;
    m_context.meters.withdrawn.add();
  }
  m_context.traffic->settle(departure.work, 1);
}

// Whether the rows were begun is not known, so none is sent: a begun one is looked up when its lease has ended.
void Dispatcher::begin_failed(std::vector<Departure> departures, const Error& error) {
  const auto first = departures.front().work;
  const bool mixed = std::any_of(departures.begin(), departures.end(), [&](const Departure& each) { return each.work != first; });
  if (!may_pass(error.code) && mixed) {  // one of them is to blame: each by itself shows which
    while (!departures.empty()) {
      const auto work = departures.front().work;
      const auto others =
          std::stable_partition(departures.begin(), departures.end(), [&](const Departure& each) { return each.work == work; });
      begin({departures.begin(), others});
      departures.erase(departures.begin(), others);
    }
    return;
  }
  m_context.traffic->not_sent(static_cast<int>(departures.size()));
  if (may_pass(error.code)) {
    for (const Departure& departure : departures) { departure.work->give_back_after(m_context.settings.port_backoff.first); }
    m_context.traffic->give_up_waiting(m_context.settings.port_backoff.first);
  } else {
    m_context.log.error(
        "Deliveries cannot be begun", error,
        {{"alert_id", first->alert.id.to_string()}, {"trace_id", first->trace_id}, LogField::if_any("span_id", first->span_id)});
    first->fault = error;
    m_context.traffic->give_up_waiting(first);
  }
  for (const Departure& departure : departures) { m_context.traffic->settle(departure.work, 1); }
}

std::uint16_t Dispatcher::sender_of(const Row& row, const std::string& stored) const {
  if (stored.empty() || stored == m_senders[row.sender]) { return row.sender; }
  const auto found = std::find(m_senders.begin(), m_senders.end(), stored);
  return found == m_senders.end() ? row.sender : static_cast<std::uint16_t>(found - m_senders.begin());
}

void Dispatcher::send(const Departure& departure, const alert::Intent& intent, alert::BeginAnswer answer, SteadyTime lease_ends) {
  const alert::AlertDraft& content = departure.work->alert.content;
  auto flight = std::make_shared<Flight>();
  flight->work = departure.work;
  flight->id = intent.id;
  flight->token = intent.token;
  flight->attempt = answer.attempt;
  flight->refusals = departure.row->refusals;
  flight->sender = sender_of(*departure.row, answer.sender);
  flight->to = answer.phone_number;
  flight->left_at = m_context.clock.steady();
  alert::Dispatch dispatch{.id = intent.id,
                           .token = intent.token,
                           .attempt = answer.attempt,
                           .to = std::move(answer.phone_number),
                           .sender = m_senders[flight->sender],
                           .title = content.title,
                           .message = content.message,
                           .started_at = answer.started_at,
                           .lease_ends = lease_ends,
                           .trace = departure.work->inner_trace,
                           .lane = departure.work->lane};
  m_context.failpoints.hit(Failpoint::before_request);
  m_context.ports.sender.send(std::move(dispatch),
                              [flight = std::move(flight), traffic = m_context.traffic](Result<alert::ProviderId> result) {
                                flight->answer = std::move(result);
                                traffic->land(flight);
                              });
}

}  // namespace bizcomms::worker
