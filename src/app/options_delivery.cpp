#include "app/options.hpp"

namespace bizcomms::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

void add(std::vector<Option>& options, std::vector<Option> more) {
  options.insert(options.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<Option> queue_options(Settings& s) {
  auto& queue = s.worker.queue;
  const Roles all = Role::serve | Role::work | Role::dlq | Role::check;  // check compares the queues in SQS with the three at the end
  return {{"queue", choice(s.queue_kind, {"postgres", "aws"}), "Which queue carries the events: the database's, or SNS and SQS.", all},
          {"ledger", choice(s.ledger_kind, {"postgres", "aws"}),
           "Which ledger keeps a message from being sent twice: the database's, or DynamoDB's, which the poller uses too.",
           all | Role::poll | Role::cell},
          {"queue-visibility", &queue.visibility, "How long a received event is hidden from others; extended at half.", all,
           bounds(Millis{500}, hours{12})},
          {"queue-receives-max", &queue.receives_max, "Receives after which an event becomes a dead letter.", all, bounds(1, 1000)},
          {"queue-retention", &queue.retention, "How long events and dead letters are kept.", all, bounds(minutes{1}, hours{24 * 14})}};
}

std::vector<Option> delivery_protocol_options(Settings& s) {
  auto& d = s.worker.delivery;
  return {{"lease", &d.lease, "How long an attempt belongs to the worker that began it; at least twice twilio-timeout.", Role::work,
           bounds(Millis{200}, hours{1})},
          {"list-lag", &d.list_lag, "How late Twilio's lists may be.", Role::work, bounds(Millis{0}, hours{24})},
          {"attempts-max", &d.attempts_max, "Attempts at one delivery that Twilio surely did not take.", Role::work, bounds(1, 100)},
          {"retry-first", &d.backoff.first, "Longest wait before the second attempt; doubled from then on.", Role::work,
           bounds(Millis{1}, hours{1})},
          {"retry-longest", &d.backoff.longest, "Longest wait between two attempts.", Role::work, bounds(Millis{1}, hours{24})},
          {"unknown-given-up-after", &d.unknown_given_up_after,
           "How long an unknown outcome is looked up before the delivery fails, unsent.", Role::work, bounds(seconds{1}, hours{24 * 7})}};
}

std::vector<Option> worker_options(Settings& s) {
  auto& w = s.worker;
  return {
      {"worker-in-flight-max", &w.in_flight_max,
       "Requests handed over and not answered yet; those above twilio-connections-max wait for a connection; twice that at most unless "
       "set.",
       Role::work, bounds(1, 4096)},
      {"worker-batch-size", &w.batch_size, "Recipients of a batch.", Role::work, bounds(1, 1000)},
      {"worker-begin-group-max", &w.begin_group_max, "Deliveries begun in one write.", Role::work, bounds(1, 1000)},
      {"worker-record-group-max", &w.record_group_max, "Outcomes recorded in one write.", Role::work, bounds(1, 1000)},
      {"worker-rows-in-hand-max", &w.rows_in_hand_max, "Deliveries held in memory, per lane.", Role::work, bounds(1, 100'000)},
      {"worker-receivers", &w.receivers, "Threads per lane that receive and load.", Role::work, bounds(1, 64)},
      {"worker-recorders", &w.recorders, "Threads that record.", Role::work, bounds(1, 64)},
      {"segments-per-second", &s.segments_per_second,
       "SMS segments per second from one number, for all workers together: a rate, auto (by the kind of number: 1 in North America, 10 "
       "elsewhere, toll-free 3, short code 100, messaging service 0), or number=rate for some; 0: as fast as Twilio takes them.",
       Role::work, bounds(1, 1000)},
      {"calls-per-second", &s.calls_per_second,
       "Calls per second of the account, for all workers together; 0: as fast as Twilio takes them.", Role::work, bounds(0, 10'000)},
      {"sweep-interval", &w.sweep_interval, "How often due and stalled work is looked for.", Role::work, bounds(Millis{10}, minutes{5})},
      {"stalled-after", &w.stalled_after, "No progress for so long: the alert or batch is queued again.", Role::work,
       bounds(Millis{100}, hours{24})},
      {"state-checks", &w.state_checks,
       "When messages are asked for at Twilio that no callback has told the end of, after their batch was sent; empty: never.", Role::work,
       bounds(0, 20)},
      {"word-checks", &w.word_checks,
       "How often Twilio is asked who wrote STOP or START, for what no webhook has told; at the start too. 0s: never. A messaging service "
       "is never asked: its numbers are not known.",
       Role::work, bounds(Millis{0}, hours{24})},
      {"due-hidden-for", &w.due_hidden_for, "How long a due delivery is left to the worker that took it up.", Role::work,
       bounds(Millis{100}, hours{1})},
      {"alert-age-max", &w.alert_age_max, "Deliveries of alerts older than this fail.", Role::work, bounds(minutes{1}, hours{24 * 30})},
      {"failpoints", &w.failpoints, "For tests: where to end or freeze this process, as in after_request:kill.", Role::work}};
}

std::vector<Option> breaker_options(Settings& s) {
  auto& b = s.worker.breaker;
  return {{"breaker-window", &b.window, "Time over which Twilio's outages are counted.", Role::work, bounds(Millis{100}, hours{1})},
          {"breaker-requests-min", &b.requests_min, "With fewer requests in that time their share stops nothing.", Role::work,
           bounds(1, 100'000)},
          {"breaker-outage-share", &b.outage_share, "Part of them that must have met an outage to stop the sending.", Role::work,
           bounds(0.01, 1)},
          {"breaker-in-a-row", &b.in_a_row, "So many outages with no good answer between them stop the sending too, however far apart.",
           Role::work, bounds(1, 100'000)},
          {"breaker-probe-first", &b.probe_first, "Wait before the first request that tries whether Twilio is back.", Role::work,
           bounds(Millis{10}, hours{1})},
          {"breaker-probe-longest", &b.probe_longest, "Longest wait between two such tries.", Role::work, bounds(Millis{10}, hours{1})}};
}

}  // namespace

OptionGroup delivery_options(Settings& s) {
  std::vector<Option> options = queue_options(s);
  add(options, delivery_protocol_options(s));
  add(options, worker_options(s));
  add(options, breaker_options(s));
  return {"Queue and delivery", std::move(options)};
}

}  // namespace bizcomms::app
