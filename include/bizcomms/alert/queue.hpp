// Ports between accepting and delivering: the outbox, and the queue it is relayed to.
// Implementations of EventQueue: PostgreSQL (store), SNS → SQS (aws), in-memory (tests/support); one contract suite.
#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "bizcomms/alert/event.hpp"
#include "bizcomms/base/result.hpp"

namespace bizcomms::alert {

using Receipt = std::string;  // names one receive of one message

struct Message {
  Receipt receipt{};
  Event event{};
  int receives = 1;  // this one included
};

struct QueueSettings {
  Millis visibility{std::chrono::seconds{30}};
  int receives_max = 3;
  Millis retention{std::chrono::hours{24 * 14}};
};

struct QueueDepth {
  std::int64_t visible = 0;
  std::int64_t in_flight = 0;
  std::int64_t dead = 0;
  Millis oldest{0};  // age of the oldest message that waits
};

struct DeadLetter {
  std::string id{};
  Event event{};
  Time dead_at{};
  int receives = 0;
  std::string reason{};
};

// At least once, in no particular order. Two lanes. Thread-safe; blocking. Per-element answers: true where it took effect;
// false where the receipt is no longer the latest of its message.
class EventQueue {
public:
  virtual ~EventQueue() = default;
  // Empty error: all were taken. Otherwise per element, which were.
  virtual Result<std::vector<bool>> publish(std::span<const Event> events) = 0;
  // Up to `max` messages of that lane, hidden for the visibility timeout. A message received `receives_max` times already
  // becomes a dead letter instead. Waits up to `wait` for the first, woken by a publish; less when stop is asked for.
  virtual Result<std::vector<Message>> receive(Lane lane, int max, Millis wait, const std::stop_token& stop) = 0;
  virtual Result<std::vector<bool>> extend(std::span<const Receipt> receipts) = 0;  // by a whole visibility timeout from now
  virtual Result<std::vector<bool>> ack(std::span<const Receipt> receipts) = 0;
  // Failed: visible again after `delay`; the receive counts. `reason` goes to the dead letter if it becomes one.
  virtual Status release(const Receipt& receipt, Millis delay, const std::string& reason) = 0;
  // No fault of its own (drain, breaker, database): visible again after `delay`, receives start at nought.
  virtual Result<std::vector<bool>> give_back(std::span<const Message> messages, Millis delay) = 0;
  virtual Result<QueueDepth> depth(Lane lane) = 0;

  virtual Result<std::vector<DeadLetter>> dead_letters(int limit, const std::string& after_id) = 0;  // by id
  virtual Status replay(const std::string& dead_letter_id) = 0;                                      // published anew; not_found
};

// Events committed with the rows they speak of. Thread-safe.
class Outbox {
public:
  virtual ~Outbox() = default;
  // Hands up to `max` unsent events to `publish`, in order, each to one caller at a time over all processes, and marks those that it
  // answered true for. The number marked.
  using Publish = std::function<Result<std::vector<bool>>(std::span<const Event>)>;
  virtual Result<int> relay(int max, const Publish& publish) = 0;
  // Blocks until an event may be there, at most `wait`, less when stop is asked for.
  virtual void wait(Millis wait, const std::stop_token& stop) = 0;
};

}  // namespace bizcomms::alert
