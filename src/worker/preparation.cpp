#include "worker/preparation.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "bizcomms/alert/segments.hpp"
#include "bizcomms/alert/validation.hpp"
#include "bizcomms/base/trace.hpp"
#include "worker/sender_choice.hpp"

namespace bizcomms::worker {

using alert::Channel;

namespace {

bool is_ended(const alert::Alert& alert) {
  return alert.status != alert::AlertStatus::queued && alert.status != alert::AlertStatus::sending;
}

}  // namespace

bool is_too_old(const alert::Alert& alert, const Context& context) {
  return context.clock.now() - alert.created_at > context.settings.alert_age_max;
}

std::string too_old_reason(const Context& context) {
  return fmt::format("Not delivered within {} of the alert.", to_words(context.settings.alert_age_max));
}

void describe(Work& work, alert::Alert alert, const alert::Sender& sender) {
  work.alert = std::move(alert);
  const alert::AlertDraft& content = work.alert.content;
  work.lane = lane_of(content.priority);
  if (const auto trace = parse_traceparent(work.alert.trace)) { work.trace_id = trace->trace_id; }
  for (const Channel channel : {Channel::sms, Channel::voice}) {
    if (uses(content.method, channel)) {
      work.hashes[static_cast<std::size_t>(channel)] = sender.body_hash(channel, content.title, content.message);
    }
  }
  work.segments = std::max(1, alert::sms_size(alert::sms_text(content)).segments);
}

std::shared_ptr<Work> Preparation::prepare(std::shared_ptr<Held> held) const {
  auto work = std::make_shared<Work>();
  work->alert.id = held->message.event.alert;
  work->lane = held->message.event.lane;
  work->held = std::move(held);
  begin_span(*work);
  Status filled;
  try {
    filled = fill(*work);
  } catch (const std::exception& exception) {  // a message must not take the worker with it
    filled = Error{.code = ErrorCode::internal, .message = "The message could not be handled.", .cause = exception.what()};
  }
  if (filled) { return work; }
  work->rows.clear();
  m_context.database.note(filled);
  if (may_pass(filled.error().code)) {
    work->give_back_after(m_context.settings.port_backoff.first);
  } else {
    work->fault = filled.error();
  }
  return work;
}

void Preparation::begin_span(Work& work) const {
  const alert::Event& event = work.held->message.event;
  if (const auto trace = parse_traceparent(event.trace)) { work.trace_id = trace->trace_id; }
  const char* name = event.kind == alert::EventKind::batch_ready ? "process batch_ready" : "process alert_created";
  auto span = m_context.tracer.start(event.trace, name, SpanKind::consumer);
  if (!span) { return; }
  span->set("bizcomms.alert_id", event.alert.to_string());
  span->set("bizcomms.receives", std::int64_t{work.held->message.receives});
  work.is_part_of(std::move(span));
}

Status Preparation::fill(Work& work) const {
  const alert::Event& event = work.held->message.event;
  if (!is_known(event.kind)) {
    return Error{.code = ErrorCode::internal,
                 .message = fmt::format("Events of kind {} are not known to this version.", static_cast<int>(event.kind))};
  }
  std::int32_t number = event.batch;
  if (event.kind == alert::EventKind::alert_created) {
    const auto first = expand(work);
    if (!first) { return first.error(); }
    if (*first == 0) { return {}; }
    number = *first;
  } else {
    work.batches = {number};
  }
  return load(work, number);
}

Result<std::int32_t> Preparation::expand(Work& work) const {
  const alert::AlertId id = work.held->message.event.alert;
  const OpenSpan span = m_context.tracer.start(work.inner_trace, "expand", SpanKind::internal);
  const auto expansion = m_context.ports.batches.expand(id, m_context.settings.batch_size);
  if (span && !expansion) { span->failure = expansion.error().message; }
  m_context.tracer.end(span);
  if (!expansion) {
    const ErrorCode code = expansion.error().code;
    if (code == ErrorCode::not_found || code == ErrorCode::conflict) { return 0; }  // erased or cancelled: nothing to do
    return expansion.error();
  }
  m_context.database.worked();
  if (!expansion->already_done) {
    m_context.log.info("Alert expanded", {{"alert_id", id.to_string()},
                                          {"batches", expansion->batches},
                                          {"recipients", expansion->recipients},
                                          {"trace_id", work.trace_id},
                                          LogField::if_any("span_id", work.span_id)});
  }
  // Its only batch has no event of its own. Whoever expanded it may have died over it, so it is looked at again too.
  const bool on_the_spot = expansion->batches == 1 || (expansion->batches == 0 && expansion->already_done);
  return on_the_spot ? 1 : 0;
}

Status Preparation::load(Work& work, std::int32_t number) const {
  auto alert = m_context.ports.alerts.get(work.alert.id);
  if (!alert) { return alert.error().code == ErrorCode::not_found ? Status{} : alert.error(); }
  describe(work, std::move(*alert), m_context.ports.sender);
  work.lane = work.held->message.event.lane;
  if (is_ended(work.alert)) { return {}; }
  if (is_too_old(work.alert, m_context)) {
    work.batches = {number};
    work.contended = true;  // somebody may have a row of it in flight
    return m_context.ports.batches.give_up(work.alert.id, number, too_old_reason(m_context));
  }
  const auto batch = m_context.ports.batches.load(work.alert.id, number);
  if (!batch) { return batch.error().code == ErrorCode::not_found ? Status{} : batch.error(); }
  m_context.database.worked();
  work.batches = {number};
  if (batch->state == alert::BatchState::settled) { return {}; }
  add_rows(work, *batch);
  const bool begun_before = work.held->message.receives > 1 || m_context.traffic->is_probing();
  return begun_before ? leave_out_begun(work, number) : Status{};
}

void Preparation::add_rows(Work& work, const alert::Batch& batch) const {
  const auto senders = chosen_senders(batch.members, m_context.ports.sender.senders());
  work.rows.reserve(batch.members.size());
  for (std::size_t i = 0; i < batch.members.size(); ++i) {
    const alert::BatchMember& member = batch.members[i];
    for (const Channel channel : {Channel::sms, Channel::voice}) {
      if (!uses(work.alert.content.method, channel) || !channel_enabled(member.preferences, channel)) { continue; }
      work.rows.push_back({.recipient = member.recipient, .batch = batch.number, .channel = channel, .sender = senders[i]});
    }
  }
}

// Saves refused begins: whoever had the message before has begun some. While single requests probe a provider that was out it saves more:
// a probe that is refused its begin never leaves, and the batch, given back, would offer the same row for the next one.
Status Preparation::leave_out_begun(Work& work, std::int32_t number) const {
  const auto expiry = m_context.ports.ledger.expire_leases(work.alert.id, number);
  if (!expiry) { return expiry.error(); }
  const auto begun = m_context.ports.ledger.of_batch(work.alert.id, number);
  if (!begun) { return begun.error(); }
  std::set<std::pair<alert::RecipientId, Channel>> known;
  for (const alert::Delivery& delivery : *begun) { known.emplace(delivery.id.recipient, delivery.id.channel); }
  std::erase_if(work.rows, [&](const Row& row) { return known.contains({row.recipient, row.channel}); });
  if (expiry->next_in) { work.contended = true; }
  return {};
}

}  // namespace bizcomms::worker
