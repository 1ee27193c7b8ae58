#include "bizcomms/worker/worker.hpp"

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "worker/context.hpp"
#include "worker/depth_sampler.hpp"
#include "worker/dispatcher.hpp"
#include "worker/finisher.hpp"
#include "worker/receiver.hpp"
#include "worker/reconciler.hpp"
#include "worker/recorder.hpp"
#include "worker/state_checker.hpp"
#include "worker/sweeper.hpp"
#include "worker/word_checker.hpp"

namespace bizcomms::worker {

namespace {

Failpoints failpoints_of(const Settings& settings) {
  auto parsed = Failpoints::parse(settings.failpoints, settings.failpoint_act);
  check(parsed.has_value(), "the settings passed their check()");
  return std::move(*parsed);
}

void stop_all(std::vector<std::jthread>& threads) {
  for (std::jthread& thread : threads) { thread.request_stop(); }
  threads.clear();  // joins
}

}  // namespace

struct Worker::Hidden {
  Hidden(Settings given, Ports ports, const Log& log, Metrics& metrics, const Clock& clock, Tracer tracer);

  const Settings settings;
  const Failpoints failpoints;
  Meters meters;
  PortHealth database;
  PortHealth queue;
  Custody custody;
  const Context context;
  Unknowns unknowns;
  OldestWaiting oldest;
  std::atomic<bool> receiving{false};

  std::vector<std::jthread> intake;    // receivers, sweeper, reconciler, state checker: they bring new work, so they stop first
  std::vector<std::jthread> handling;  // dispatcher, recorders, finisher, extender
};

Worker::Hidden::Hidden(Settings given, Ports ports, const Log& log, Metrics& metrics, const Clock& clock, Tracer tracer)
    : settings(std::move(given)),
      failpoints(failpoints_of(settings)),
      meters(metrics),
      database("database", log),
      queue("queue", log),
      custody(ports.queue, ports.batches, queue, clock, settings.queue.visibility),
      context{.settings = settings,
              .ports = ports,
              .clock = clock,
              .log = log,
              .tracer = std::move(tracer),
              .meters = meters,
              .failpoints = failpoints,
              .database = database,
              .queue = queue,
              .custody = custody,
              .traffic = std::make_shared<Traffic>(settings, ports.sender.senders(), ports.permits, clock, log, meters)} {}

Worker::Worker(Settings settings, Ports ports, const Log& log, Metrics& metrics, const Clock& clock, Tracer tracer) {
  check(settings.check().has_value(), "the worker's settings passed their check()");
  check(!ports.sender.senders().empty(), "the provider has a sender");
  m_hidden = std::make_unique<Hidden>(std::move(settings), ports, log, metrics, clock, std::move(tracer));
}

Worker::~Worker() {
  stop_all(m_hidden->intake);
  m_hidden->context.traffic->shut();
  stop_all(m_hidden->handling);
  m_hidden->meters.show_nothing();
}

void Worker::start() {
  Hidden& all = *m_hidden;
  check(!all.receiving && all.handling.empty(), "the worker is started once");
  const Context& context = all.context;
  const auto run = [](std::vector<std::jthread>& threads, auto role) {
    threads.emplace_back([shared = std::move(role)](const std::stop_token& stop) { shared->run(stop); });
  };
  const Millis tick = std::min(all.settings.queue.visibility / 8, all.settings.sweep_interval);
  all.handling.emplace_back([&all, tick](const std::stop_token& stop) { all.custody.run(std::max(tick, Millis{1}), stop); });
  run(all.handling, std::make_shared<Finisher>(context));
  run(all.handling, std::make_shared<Dispatcher>(context));
  for (int i = 0; i < all.settings.recorders; ++i) {
    run(all.handling, std::make_shared<Recorder>(context, static_cast<std::uint64_t>(i)));
  }

  run(all.intake, std::make_shared<Reconciler>(context, all.unknowns));
  run(all.intake, std::make_shared<DepthSampler>(context, all.oldest));
  run(all.intake, std::make_shared<Sweeper>(context, all.unknowns, all.oldest));
  run(all.intake, std::make_shared<StateChecker>(context));
  run(all.intake, std::make_shared<WordChecker>(context));
  for (int i = 0; i < all.settings.receivers; ++i) {
    const auto number = static_cast<std::uint64_t>(i) * 2;
    run(all.intake, std::make_shared<Receiver>(context, alert::Lane::urgent, number));
    run(all.intake, std::make_shared<Receiver>(context, alert::Lane::standard, number + 1));
  }
  all.receiving = true;
}

bool Worker::drain(Millis limit) {
  Hidden& all = *m_hidden;
  for (std::jthread& thread : all.intake) { thread.request_stop(); }
  all.context.traffic->close();
  all.receiving = false;
  stop_all(all.intake);
  const bool complete = all.context.traffic->wait_until_empty(limit);
  if (!complete) { all.context.log.warning("Not everything in flight was finished; the rest is looked up after its lease"); }
  return complete;
}

Condition Worker::condition() const {
  const auto figures = m_hidden->context.traffic->figures();
  return {.receiving = m_hidden->receiving,
          .database_up = m_hidden->database.is_up(),
          .queue_up = m_hidden->queue.is_up(),
          .provider_up = figures.may_send,
          .senders_stopped = figures.senders_stopped,
          .in_flight = figures.in_flight,
          .in_flight_limit = figures.limit};
}

}  // namespace bizcomms::worker
