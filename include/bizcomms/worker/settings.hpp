// What the worker can be told. All of it has defaults; check() says in a sentence what cannot work together.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bizcomms/alert/queue.hpp"
#include "bizcomms/alert/retry.hpp"
#include "bizcomms/base/backoff.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/worker/failpoints.hpp"

namespace bizcomms::worker {

struct BreakerSettings {
  Millis window{std::chrono::seconds{10}};
  int requests_min = 20;      // fewer in the window never open it
  double outage_share = 0.5;  // of the requests in the window
  int in_a_row = 10;          // requests that met an outage with none between that did not open it too, however few they are
  Millis probe_first{std::chrono::seconds{5}};
  Millis probe_longest{std::chrono::seconds{60}};  // doubling up to this
};

struct Settings {
  int in_flight_max = 512;      // requests handed to the provider and not answered yet; throttling (429) lowers it for a while
  int batch_size = 500;         // recipients of a batch
  int begin_group_max = 500;    // deliveries begun in one write
  int record_group_max = 500;   // outcomes recorded in one write
  int rows_in_hand_max = 3000;  // deliveries held in memory, per lane
  int receive_max = 8;          // messages taken from the queue at once
  int receivers = 2;            // threads per lane that receive and load
  int recorders = 2;            // threads that record
  Millis receive_wait{std::chrono::seconds{5}};

  alert::QueueSettings queue{};
  alert::DeliverySettings delivery{};
  BreakerSettings breaker{};
  Backoff port_backoff{std::chrono::milliseconds{250}, std::chrono::seconds{10}};  // while the database or the queue is down

  Millis sweep_interval{std::chrono::seconds{1}};
  Millis stalled_after{std::chrono::minutes{5}};  // no progress for so long: published again
  int due_max = 500;                              // due deliveries taken by one question
  Millis due_hidden_for{std::chrono::seconds{60}};
  // After a batch was settled: messages that no callback has told the end of are asked for at the provider. Ascending; empty: never.
  std::vector<Millis> state_checks{std::chrono::minutes{10}, std::chrono::hours{1}, std::chrono::hours{6}, std::chrono::hours{24}};
  // How often STOP and START are listed at the provider, for those that no webhook has told; nought: never.
  Millis word_checks{std::chrono::hours{1}};
  int lookup_group_max = 16;  // deliveries looked up at the provider at once
  Millis alert_age_max{std::chrono::hours{24 * 14}};

  Millis drain_limit{std::chrono::seconds{20}};

  std::string failpoints{};  // see failpoints.hpp; empty: none
  Failpoints::Act failpoint_act{};
  std::uint64_t seed = 0;  // of jitter and tokens; nought: from the operating system

  [[nodiscard]] Status check() const;
};

}  // namespace bizcomms::worker
