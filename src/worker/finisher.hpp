// Ends pieces of work: recounts their batches, then acks, gives back or releases their messages. One thread; what has gathered goes
// together.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "worker/context.hpp"

namespace bizcomms::worker {

class Finisher {
public:
  explicit Finisher(const Context& context);
  void run(const std::stop_token& stop);

private:
  using Works = std::vector<std::shared_ptr<Work>>;
  void finish(const Works& works, const std::stop_token& stop);
  void look_for_leases(Work& work, const std::stop_token& stop);
  void recount(const Works& works, const std::stop_token& stop);
  void recount_singly(Work& work, const std::stop_token& stop);
  void ack(const Works& works, const std::stop_token& stop);
  void give_back(const Work& work, const std::stop_token& stop);
  void release(const Work& work, const std::stop_token& stop);
  void blame(const Work& work, const std::string& reason, const std::stop_token& stop);
  void tell(const Work& work) const;
  void end_span(Work& work) const;

  const Context& m_context;
  Random m_random;
};

}  // namespace bizcomms::worker
