// What a worker has in hand: messages, the deliveries they stand for, and the requests that are in flight.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bizcomms/alert/delivery.hpp"
#include "bizcomms/alert/queue.hpp"
#include "bizcomms/alert/values.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/tracer.hpp"

namespace bizcomms::worker {

// A message that we answer for until it is acked, released or given back.
struct Held {
  alert::Message message{};
  std::atomic<bool> lost{false};  // its receipt is no longer the latest: somebody else has it
};

// One delivery that is to leave.
struct Row {
  alert::RecipientId recipient{};
  std::int32_t batch = 0;
  alert::Channel channel = alert::Channel::sms;
  std::uint16_t sender = 0;                       // place among the provider's senders
  std::optional<alert::AttemptToken> previous{};  // of the `retry` row that is driven again
  int refusals = 0;                               // that row's
};

// How the deliveries of one piece of work ended, for the log.
struct Tally {
  std::atomic<int> sent{0};
  std::atomic<int> retry{0};
  std::atomic<int> unknown{0};
  std::atomic<int> failed{0};
  std::atomic<int> withdrawn{0};
};

// A batch, or due deliveries of one alert. Shared by those who have a part of it in hand; finished when `open` is nought.
struct Work {
  alert::Alert alert{};
  alert::Lane lane = alert::Lane::standard;
  std::shared_ptr<Held> held{};         // nothing: due deliveries
  std::vector<std::int32_t> batches{};  // to be recounted at the end
  std::vector<Row> rows{};
  std::array<alert::BodyHash, 2> hashes{};  // by channel
  int segments = 1;                         // of its SMS
  std::string trace_id{};
  OpenSpan span{};            // from its receipt to its end; nothing where it is not traced
  std::string span_id{};      // of that
  std::string inner_trace{};  // traceparent of what is done for it; empty where it is not traced

  std::size_t next = 0;                        // rows before it have left or were given up. Guarded by Traffic
  std::atomic<int> open{0};                    // rows with neither a durable outcome nor given up
  std::atomic<bool> contended{false};          // a row was somebody else's: it may be leased
  std::atomic<bool> unrecorded{false};         // an outcome could not be written: its row is leased
  std::atomic<std::int64_t> give_back_ms{-1};  // not all was done, by no fault of its own: the message's delay
  std::optional<Error> fault{};                // its own. Written before `open` falls, by one thread
  Tally tally{};

  [[nodiscard]] std::size_t rows_left() const { return rows.size() - next; }
  void is_part_of(OpenSpan whole) {
    if (!whole) { return; }
    span_id = whole->id;
    inner_trace = whole->traceparent();
    span = std::move(whole);
  }
  [[nodiscard]] bool is_lost() const { return held && held->lost; }
  void give_back_after(Millis delay) {
    std::int64_t known = give_back_ms;
    while (known < delay.count() && !give_back_ms.compare_exchange_weak(known, delay.count())) {}
  }
  [[nodiscard]] alert::DeliveryId delivery_id(const Row& row) const {
    return {.alert = alert.id, .batch = row.batch, .recipient = row.recipient, .channel = row.channel};
  }
};

// A row that may leave now; it has a place in flight.
struct Departure {
  std::shared_ptr<Work> work{};
  const Row* row = nullptr;
};

// A request that left.
struct Flight {
  std::shared_ptr<Work> work{};
  alert::DeliveryId id{};
  alert::AttemptToken token{};
  int attempt = 1;
  int refusals = 0;  // before it
  std::uint16_t sender = 0;
  std::string to{};
  SteadyTime left_at{};
  SteadyTime landed_at{};
  std::optional<Result<alert::ProviderId>> answer{};
};

}  // namespace bizcomms::worker
