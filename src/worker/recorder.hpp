// Turns answers into outcomes and records them, in groups. Each recorder is one thread.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "worker/context.hpp"

namespace bizcomms::worker {

class Recorder {
public:
  Recorder(const Context& context, std::uint64_t number);
  void run(const std::stop_token& stop);

private:
  using Flights = std::vector<std::shared_ptr<Flight>>;
  void record(const Flights& flights, const std::stop_token& stop);
  [[nodiscard]] alert::Outcome outcome_of_flight(const Flight& flight);
  [[nodiscard]] Result<std::vector<alert::RecordVerdict>> write(std::span<const alert::Outcome> outcomes, const std::stop_token& stop);
  void record_singly(const Flights& flights, const std::vector<alert::Outcome>& outcomes, const std::stop_token& stop);
  void follow_up(const Flight& flight, const alert::Outcome& outcome, alert::RecordVerdict verdict, const std::stop_token& stop);
  void insist(const alert::Outcome& outcome, const std::stop_token& stop);
  void keep_opt_out(const Flight& flight, const std::stop_token& stop);

  const Context& m_context;
  Random m_random;
};

}  // namespace bizcomms::worker
