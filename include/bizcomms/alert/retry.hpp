// What follows an attempt that did not end in an acceptance. The one place that decides. Pure.
#pragma once

#include <algorithm>
#include <cstdint>

#include "bizcomms/base/backoff.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::alert {

// All of it can be scaled together; twice the request timeout <= lease < grace must stay true (checked by check()).
struct DeliverySettings {
  Millis request_timeout{std::chrono::seconds{15}};
  Millis lease{std::chrono::seconds{60}};
  Millis list_lag{std::chrono::minutes{5}};  // how late Twilio's lists may be
  int attempts_max = 5;                      // that left us and were surely not taken
  Backoff backoff{};                         // 2 s doubling to 5 min
  Millis unknown_given_up_after{std::chrono::hours{24}};
  // What must be left of the lease when a request leaves: its time, and some more for clocks and the answer's record.
  [[nodiscard]] static Millis needed_of_lease(Millis request_timeout) {
    return request_timeout + std::min<Millis>(request_timeout / 2, std::chrono::seconds{5});
  }
  // No unclaimed candidate this long after the start means: not taken.
  [[nodiscard]] Millis grace() const { return lease + request_timeout + list_lag; }
  [[nodiscard]] Status check() const;
};

enum class NextStep : std::uint8_t {
  wait_for_us,  // later; the attempt does not count: it was refused unread, nothing left us, or the fault is ours
  reconcile,    // look it up before anything else
  fail,
};
[[nodiscard]] NextStep next_step(ErrorCode code);

}  // namespace bizcomms::alert
