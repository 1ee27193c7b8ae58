#include "worker/meters.hpp"

namespace bizcomms::worker {

namespace {

const std::vector<double> k_group_sizes{1, 2, 5, 10, 25, 50, 100, 250, 500, 1000};
constexpr std::array<const char*, 4> k_outcomes{"sent", "retry", "unknown", "failed"};
constexpr std::array<const char*, 4> k_judgements{"found", "absent", "cannot_tell", "given_up"};

LaneMeters lane_meters(Metrics& metrics, alert::Lane lane) {
  const std::string name(to_string(lane));
  const auto gauge = [&](const char* state) {
    return &metrics.gauge("bizcomms_queue_messages", "Messages in the queue, as last sampled; dead: in its dead letters.",
                          {{"lane", name}, {"state", state}});
  };
  return {.received = &metrics.counter("bizcomms_queue_received_total", "Messages received from the queue.", {{"lane", name}}),
          .visible = gauge("visible"),
          .hidden = gauge("in_flight"),
          .dead = gauge("dead"),
          .oldest_seconds = &metrics.gauge("bizcomms_queue_oldest_seconds", "Age of the oldest message that waits.", {{"lane", name}})};
}

}  // namespace

Meters::Meters(Metrics& metrics)
    : withdrawn(metrics.counter("bizcomms_deliveries_withdrawn_total", "Deliveries cancelled or refused at the last look before sending.")),
      contended(metrics.counter("bizcomms_deliveries_contended_total", "Deliveries skipped, for another worker had begun them.")),
      in_flight(metrics.gauge("bizcomms_deliveries_in_flight", "Requests to the provider that wait for an answer.")),
      in_flight_limit(metrics.gauge("bizcomms_deliveries_in_flight_limit", "How many may; throttling lowers it.")),
      rows_in_hand(metrics.gauge("bizcomms_worker_rows_in_hand", "Deliveries held in memory.")),
      begin_rows(metrics.histogram("bizcomms_begin_group_rows", "Deliveries begun in one write.", k_group_sizes)),
      begin_seconds(metrics.histogram("bizcomms_begin_seconds", "Time of one begin.", Metrics::k_seconds)),
      record_rows(metrics.histogram("bizcomms_record_group_rows", "Outcomes recorded in one write.", k_group_sizes)),
      record_seconds(metrics.histogram("bizcomms_record_seconds", "Time of one record.", Metrics::k_seconds)),
      breaker_open(metrics.gauge("bizcomms_breaker_open", "1 while the provider is out and nothing is sent.")),
      senders_stopped(metrics.gauge("bizcomms_senders_stopped", "Senders stopped because our account or settings were refused: an alarm.")),
      misconfigured(
          metrics.counter("bizcomms_provider_misconfigured_total", "Requests refused because of our account or settings: an alarm.")),
      poisoned(
          metrics.counter("bizcomms_queue_poisoned_total", "Messages released because handling them failed by their own fault: an alarm.")),
      given_back(metrics.counter("bizcomms_queue_given_back_total", "Messages given back by no fault of their own.")),
      batches_done(metrics.counter("bizcomms_batches_done_total", "Batches of which every delivery has a durable outcome.")),
      due_retry(metrics.counter("bizcomms_due_deliveries_total", "Due deliveries that the sweeper drove.", {{"kind", "retry"}})),
      due_unknown(metrics.counter("bizcomms_due_deliveries_total", "Due deliveries that the sweeper drove.", {{"kind", "unknown"}})),
      redriven(metrics.counter("bizcomms_redriven_total", "Alerts and batches published again because they had stalled.")),
      learnt_opt_outs(metrics.counter("bizcomms_opt_outs_learnt_total", "Opt-outs learnt from the provider's refusal.")),
      states_asked(metrics.counter("bizcomms_states_asked_total",
                                   "Messages and calls whose state was asked for, since no callback had told their end.")),
      states_learnt(metrics.counter("bizcomms_states_learnt_total", "Of those, the ones whose end was so learnt.")) {
  for (const alert::Channel channel : {alert::Channel::sms, alert::Channel::voice}) {
    const auto place = static_cast<std::size_t>(channel);
    const std::string name(to_string(channel));
    request_seconds[place] = &metrics.histogram("bizcomms_request_seconds", "Time from a request to the provider to its answer.",
                                                Metrics::k_seconds, {{"channel", name}});
    for (std::size_t i = 0; i < k_outcomes.size(); ++i) {
      m_outcomes[i][place] =
          &metrics.counter("bizcomms_deliveries_total", "Attempts by outcome.", {{"outcome", k_outcomes[i]}, {"channel", name}});
    }
  }
  for (std::size_t i = 0; i < k_judgements.size(); ++i) {
    judged[i] = &metrics.counter("bizcomms_reconciled_total", "Deliveries of unknown outcome that were looked up.",
                                 {{"judgement", k_judgements[i]}});
  }
  for (const alert::Lane which : {alert::Lane::standard, alert::Lane::urgent}) { lane(which) = lane_meters(metrics, which); }
}

void Meters::show_nothing() {
  for (Gauge* gauge : {&in_flight, &in_flight_limit, &rows_in_hand, &breaker_open, &senders_stopped}) { gauge->set(0); }
  for (const LaneMeters& lane : m_lanes) {
    for (Gauge* gauge : {lane.visible, lane.hidden, lane.dead, lane.oldest_seconds}) { gauge->set(0); }
  }
}

}  // namespace bizcomms::worker
