// A worker on ports in memory and a clock that is moved by hand.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "bizcomms/base/ids.hpp"
#include "bizcomms/worker/relay.hpp"
#include "bizcomms/worker/worker.hpp"
#include "support/memory/memory_queue.hpp"
#include "support/memory/memory_rates.hpp"
#include "support/memory/memory_store.hpp"
#include "support/memory/scripted_lookup.hpp"
#include "support/memory/scripted_sender.hpp"

namespace bizcomms::worker {

using namespace std::chrono_literals;

// Waits for a condition, asking it often; false when the deadline passed first.
inline bool eventually(const std::function<bool()>& condition, Millis limit = 20s) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) { return false; }
    sleep_for({}, 2ms);
  }
  return true;
}

inline Settings quick_settings() {
  Settings settings;
  settings.sweep_interval = 5ms;
  settings.receive_wait = 50ms;
  settings.port_backoff = {1ms, 20ms};
  settings.seed = 7;
  return settings;
}

struct Rig {
  explicit Rig(Settings given = quick_settings(), std::vector<std::string> senders = {"+15550000001"}, const RateLimits& limits = {})
      : settings(std::move(given)), sender("AC-scripted", std::move(senders)), permits(limits, rates, Log::silent()) {}

  // Numbers "+1555100NNNN", from 1 on.
  void add_recipients(int count, alert::Preferences preferences = {}) {
    for (int i = 0; i < count; ++i) {
      const auto made = static_cast<alert::RecipientStore&>(store).create(
          ids.next<alert::RecipientId>(), {.name = "R", .phone_number = number(++recipients), .preferences = preferences});
      check(made.has_value(), "the recipient was created");
    }
  }
  static std::string number(int i) { return fmt::format("+1555100{:04}", i); }

  alert::AlertId post(alert::Priority priority = alert::Priority::normal, alert::DeliveryMethod method = alert::DeliveryMethod::sms) {
    const alert::AlertDraft draft{.title = "Title", .message = "Message", .priority = priority, .method = method};
    const auto made = static_cast<alert::AlertStore&>(store).create(ids.next<alert::AlertId>(), draft, std::nullopt,
                                                                    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    check(made.has_value(), "the alert was created");
    return made->id;
  }
  // From the outbox to the queue, as the relay does.
  void relay() {
    const auto relayed = store.relay(10'000, [&](std::span<const alert::Event> events) { return queue.publish(events); });
    check(relayed.has_value(), "the outbox was relayed");
  }

  Worker& start() {
    worker =
        std::make_unique<Worker>(settings, Ports{store, store, store, queue, store, sender, lookup, permits}, log, metrics, clock, tracer);
    worker->start();
    return *worker;
  }
  // The process dies: nothing is recorded any more, and what the provider had not answered yet it has taken all the same.
  void crash() {
    worker.reset();
    sender.release();
  }

  alert::AlertReport report(alert::AlertId id) {
    auto report = store.report(id, {.limit = 200});
    check(report.has_value(), "the alert is there");
    return *report;
  }
  alert::AlertStatus status(alert::AlertId id) { return report(id).alert.status; }
  bool completes(alert::AlertId id) {
    return eventually([&] {
      relay();
      return status(id) == alert::AlertStatus::completed;
    });
  }
  alert::DeliveryStatus only_delivery(alert::AlertId id) {
    const auto all = report(id).deliveries.items;
    return all.size() == 1 ? all.front().visible.status : alert::DeliveryStatus::pending;
  }
  std::int64_t waiting(alert::Lane lane) {
    const auto depth = queue.depth(lane);
    return depth ? depth->visible + depth->in_flight : -1;
  }
  bool queue_empties() {
    return eventually([&] { return waiting(alert::Lane::standard) == 0 && waiting(alert::Lane::urgent) == 0; });
  }

  Settings settings;
  ManualClock clock;
  IdSource ids{clock, 1};
  test::MemoryStore store{clock};
  test::MemoryQueue queue{clock};
  test::ScriptedSender sender;
  test::ScriptedLookup lookup;
  test::MemoryRates rates{clock};
  Permits permits;
  Log log = Log::silent();
  Metrics metrics;
  Tracer tracer;  // off
  int recipients = 0;
  std::unique_ptr<Worker> worker;
};

}  // namespace bizcomms::worker
