#include "bizcomms/worker/relay.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "worker/port_health.hpp"

namespace bizcomms::worker {

namespace {

// A span for each traced event, nothing for the others; whoever receives the event goes on within it.
std::vector<OpenSpan> begin_publishing(const Tracer& tracer, std::vector<alert::Event>& events) {
  std::vector<OpenSpan> spans;
  for (alert::Event& event : events) {
    auto& span = spans.emplace_back(tracer.start(
        event.trace, event.kind == alert::EventKind::batch_ready ? "publish batch_ready" : "publish alert_created", SpanKind::producer));
    if (!span) { continue; }
    span->set("bizcomms.alert_id", event.alert.to_string());
    span->set("bizcomms.batch", std::int64_t{event.batch});
    event.trace = span->traceparent();
  }
  return spans;
}

void end_publishing(const Tracer& tracer, const std::vector<OpenSpan>& spans, const Result<std::vector<bool>>& published) {
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (!spans[i]) { continue; }
    if (!published) {
      spans[i]->failure = published.error().message;
    } else if (!(*published)[i]) {
      spans[i]->failure = "The queue did not take this event.";
    }
    tracer.end(spans[i]);
  }
}

}  // namespace

Relay::Relay(RelaySettings settings, alert::Outbox& outbox, alert::EventQueue& queue, std::function<bool()> is_active, const Log& log,
             Metrics& metrics, Tracer tracer)
    : m_settings(settings),
      m_outbox(outbox),
      m_queue(queue),
      m_is_active(std::move(is_active)),
      m_log(log),
      m_tracer(std::move(tracer)),
      m_relayed(metrics.counter("bizcomms_outbox_relayed_total", "Events published from the outbox to the queue.")),
      m_failures(metrics.counter("bizcomms_outbox_relay_failures_total", "Tries to publish that failed; the events stay in the outbox.")),
      m_thread([this](const std::stop_token& stop) { run(stop); }) {}

Result<int> Relay::relay_once() {
  bool refused = false;
  auto relayed = m_outbox.relay(m_settings.group_max, [&](std::span<const alert::Event> events) {
    auto published = publish(events);
    refused = published && std::find(published->begin(), published->end(), false) != published->end();
    return published;
  });
  if (relayed && refused) { return Error{.code = ErrorCode::unavailable, .message = "The queue did not take all events."}; }
  return relayed;
}

Result<std::vector<bool>> Relay::publish(std::span<const alert::Event> events) {
  const auto traced = [&](const alert::Event& event) { return m_tracer.samples(event.trace); };
  if (std::none_of(events.begin(), events.end(), traced)) { return m_queue.publish(events); }
  std::vector<alert::Event> continued(events.begin(), events.end());
  const auto spans = begin_publishing(m_tracer, continued);
  auto published = m_queue.publish(continued);
  end_publishing(m_tracer, spans, published);
  return published;
}

void Relay::run(const std::stop_token& stop) {
  PortHealth health("outbox or queue", m_log);
  Random random(m_settings.seed != 0 ? m_settings.seed : Random::system_seed());
  int failures = 0;
  while (!stop.stop_requested()) {
    if (!m_is_active()) {
      sleep_for(stop, m_settings.sweep_interval);
      continue;
    }
    const Result<int> relayed = relay_once();
    if (!relayed) {
      m_failures.add();
      health.failed(relayed.error());
      sleep_for(stop, m_settings.port_backoff.delay(++failures, random));
      continue;
    }
    failures = 0;
    health.worked();
    m_relayed.add(*relayed);
    if (*relayed == 0) {
      m_outbox.wait(m_settings.sweep_interval, stop);
    } else if (*relayed < m_settings.group_max) {
      sleep_for(stop, m_settings.pause);
    }
  }
}

}  // namespace bizcomms::worker
