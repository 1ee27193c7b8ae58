// The worker's figures.
#pragma once

#include <array>

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/alert/values.hpp"
#include "bizcomms/base/metrics.hpp"

namespace bizcomms::worker {

struct LaneMeters {
  Counter* received = nullptr;
  Gauge* visible = nullptr;
  Gauge* hidden = nullptr;
  Gauge* dead = nullptr;
  Gauge* oldest_seconds = nullptr;
};

struct Meters {
  explicit Meters(Metrics& metrics);

  void count(alert::Outcome::Kind kind, alert::Channel channel) {
    m_outcomes[static_cast<std::size_t>(kind)][static_cast<std::size_t>(channel)]->add();
  }
  void show_nothing();  // what is, not what was: of a worker that ended
  [[nodiscard]] LaneMeters& lane(alert::Lane which) { return m_lanes[static_cast<std::size_t>(which)]; }

  std::array<Histogram*, 2> request_seconds{};  // by channel
  Counter& withdrawn;
  Counter& contended;
  Gauge& in_flight;
  Gauge& in_flight_limit;
  Gauge& rows_in_hand;
  Histogram& begin_rows;
  Histogram& begin_seconds;
  Histogram& record_rows;
  Histogram& record_seconds;
  Gauge& breaker_open;
  Gauge& senders_stopped;
  Counter& misconfigured;
  Counter& poisoned;
  Counter& given_back;
  Counter& batches_done;
  Counter& due_retry;
  Counter& due_unknown;
  std::array<Counter*, 4> judged{};  // by Judgement::Kind
  Counter& redriven;
  Counter& learnt_opt_outs;
  Counter& states_asked;
  Counter& states_learnt;

private:
  std::array<std::array<Counter*, 2>, 4> m_outcomes{};
  std::array<LaneMeters, 2> m_lanes{};
};

}  // namespace bizcomms::worker
