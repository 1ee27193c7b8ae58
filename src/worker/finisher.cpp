#include "worker/finisher.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace bizcomms::worker {

namespace {

constexpr std::size_t k_group_max = 256;
constexpr Millis k_after_lease{100};

enum class End : std::uint8_t { ack, give_back, release, nothing };

End end_of(const Work& work) {
  if (!work.held || work.is_lost()) { return End::nothing; }
  if (work.fault) { return End::release; }
  return work.give_back_ms >= 0 ? End::give_back : End::ack;
}

}  // namespace

Finisher::Finisher(const Context& context) : m_context(context), m_random(context.random(RandomStream::finisher)) {}

void Finisher::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Works works = m_context.traffic->finished().take(k_group_max, stop);
    if (!works.empty()) { finish(works, stop); }
  }
}

void Finisher::finish(const Works& works, const std::stop_token& stop) {
  for (const auto& work : works) { look_for_leases(*work, stop); }
  recount(works, stop);
  if (stop.stop_requested()) { return; }
  m_context.failpoints.hit(Failpoint::before_ack);
  ack(works, stop);
  for (const auto& work : works) {
    const End end = end_of(*work);
    if (end == End::give_back) { give_back(*work, stop); }
    if (end == End::release) { release(*work, stop); }
    if (work->held) { m_context.custody.drop(*work->held); }
    tell(*work);
    end_span(*work);
    m_context.traffic->forget(*work);
  }
}

// A row that somebody else has begun, or whose outcome we could not write, is not durable yet: the message comes again when the lease ends.
void Finisher::look_for_leases(Work& work, const std::stop_token& stop) {
  if (end_of(work) != End::ack || (!work.contended && !work.unrecorded)) { return; }
  for (const std::int32_t batch : work.batches) {
    const auto expiry = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                                     [&] { return m_context.ports.ledger.expire_leases(work.alert.id, batch); });
    if (!expiry) {
      work.fault = expiry.error();
    } else if (expiry->next_in) {
      work.give_back_after(*expiry->next_in + k_after_lease);
    }
  }
}

void Finisher::recount(const Works& works, const std::stop_token& stop) {
  std::vector<std::pair<alert::AlertId, std::int32_t>> batches;
  for (const auto& work : works) {
    for (const std::int32_t batch : work->batches) { batches.emplace_back(work->alert.id, batch); }
  }
  std::sort(batches.begin(), batches.end());
  batches.erase(std::unique(batches.begin(), batches.end()), batches.end());
  if (batches.empty()) { return; }
  const auto settled = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                                    [&] { return m_context.ports.batches.recount(batches); });
  if (settled || stop.stop_requested()) { return; }
  for (const auto& work : works) { recount_singly(*work, stop); }
}

// The group failed by the fault of one of them.
void Finisher::recount_singly(Work& work, const std::stop_token& stop) {
  for (const std::int32_t batch : work.batches) {
    const std::pair<alert::AlertId, std::int32_t> one{work.alert.id, batch};
    const auto settled = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                                      [&] { return m_context.ports.batches.recount(std::span(&one, 1)); });
    if (!settled && !may_pass(settled.error().code)) { work.fault = settled.error(); }
  }
}

void Finisher::ack(const Works& works, const std::stop_token& stop) {
  std::vector<alert::Receipt> receipts;
  for (const auto& work : works) {
    if (end_of(*work) == End::ack) { receipts.push_back(work->held->message.receipt); }
  }
  if (receipts.empty()) { return; }
  const auto acked =
      persistently(m_context.queue, m_context.settings.port_backoff, m_random, stop, [&] { return m_context.ports.queue.ack(receipts); });
  if (acked) { m_context.meters.batches_done.add(static_cast<double>(receipts.size())); }
  if (!acked && !stop.stop_requested()) { m_context.log.error("Messages cannot be acked; they come again", acked.error()); }
}

void Finisher::give_back(const Work& work, const std::stop_token& stop) {
  const Millis delay{work.give_back_ms.load()};
  const auto given = persistently(m_context.queue, m_context.settings.port_backoff, m_random, stop,
                                  [&] { return m_context.ports.queue.give_back(std::span(&work.held->message, 1), delay); });
  if (given) { m_context.meters.given_back.add(); }
}

void Finisher::blame(const Work& work, const std::string& reason, const std::stop_token& stop) {
  const alert::AlertId id = work.alert.id;
  const bool last = work.held->message.receives >= m_context.settings.queue.receives_max;
  const auto blamed = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop, [&]() -> Status {
    for (const std::int32_t batch : work.batches) {
      if (auto done = m_context.ports.batches.blame(id, batch, reason); !done) { return done; }
    }
    const bool expansion = work.batches.empty() && work.held->message.event.kind == alert::EventKind::alert_created;
    return expansion && last ? m_context.ports.batches.fail(id, reason) : Status{};
  });
  if (!blamed && !stop.stop_requested()) {
    m_context.log.warning("The reason could not be kept", blamed.error(), {{"alert_id", id.to_string()}, {"trace_id", work.trace_id}});
  }
}

void Finisher::release(const Work& work, const std::stop_token& stop) {
  const alert::Message& message = work.held->message;
  const std::string& reason = work.fault->message;  // callers see it; the cause is for operators
  const std::string whole = work.fault->cause.empty() ? reason : fmt::format("{} ({})", reason, work.fault->cause);
  m_context.meters.poisoned.add();
  m_context.log.error("A message cannot be handled", *work.fault,
                      {{"alert_id", message.event.alert.to_string()},
                       {"batch", message.event.batch},
                       {"receives", message.receives},
                       {"trace_id", work.trace_id},
                       LogField::if_any("span_id", work.span_id)});
  blame(work, reason, stop);
  const Millis delay = m_context.settings.port_backoff.bound(message.receives);
  const auto released = persistently(m_context.queue, m_context.settings.port_backoff, m_random, stop,
                                     [&] { return m_context.ports.queue.release(message.receipt, delay, whole); });
  if (!released && !stop.stop_requested()) { m_context.log.error("A message cannot be released; it comes again", released.error()); }
}

void Finisher::tell(const Work& work) const {
  if (work.rows.empty() || !m_context.log.enabled(LogLevel::info)) { return; }
  m_context.log.info(work.held ? "Batch handled" : "Due deliveries handled", {{"alert_id", work.alert.id.to_string()},
                                                                              {"batch", work.batches.empty() ? 0 : work.batches.front()},
                                                                              {"sent", work.tally.sent.load()},
                                                                              {"failed", work.tally.failed.load()},
                                                                              {"retry", work.tally.retry.load()},
                                                                              {"unknown", work.tally.unknown.load()},
                                                                              {"withdrawn", work.tally.withdrawn.load()},
                                                                              {"given_back", work.give_back_ms >= 0},
                                                                              {"trace_id", work.trace_id},
                                                                              LogField::if_any("span_id", work.span_id)});
}

void Finisher::end_span(Work& work) const {
  if (!work.span) { return; }
  const auto span = std::exchange(work.span, nullptr);
  span->set("bizcomms.batch", std::int64_t{work.batches.empty() ? 0 : work.batches.front()});
  span->set("bizcomms.sent", std::int64_t{work.tally.sent});
  span->set("bizcomms.failed", std::int64_t{work.tally.failed});
  span->set("bizcomms.retry", std::int64_t{work.tally.retry});
  span->set("bizcomms.unknown", std::int64_t{work.tally.unknown});
  span->set("bizcomms.withdrawn", std::int64_t{work.tally.withdrawn});
  if (work.fault) { span->failure = work.fault->message; }
  m_context.tracer.end(span);
}

}  // namespace bizcomms::worker
