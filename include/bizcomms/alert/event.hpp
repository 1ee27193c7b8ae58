// What travels from the outbox through the queue to a worker: typed, small, free of personal data.
#pragma once

#include <cstdint>
#include <string>

#include "bizcomms/alert/values.hpp"

namespace bizcomms::alert {

// Stored and carried as a number: one that is none of these comes from a newer version, and is kept as it is.
enum class EventKind : std::int16_t { alert_created = 0, batch_ready = 1 };
[[nodiscard]] constexpr bool is_known(EventKind kind) { return kind == EventKind::alert_created || kind == EventKind::batch_ready; }

struct Event {
  EventKind kind = EventKind::alert_created;
  AlertId alert{};
  std::int32_t batch = 0;  // of batch_ready, from 1
  Lane lane = Lane::standard;
  std::int64_t epoch = 0;
  std::string trace{};  // traceparent
  bool operator==(const Event&) const = default;
};

}  // namespace bizcomms::alert
