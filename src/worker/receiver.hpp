// Takes messages of one lane from the queue and makes work of them. Several run per lane, each in a thread.
#pragma once

#include <stop_token>

#include "worker/context.hpp"
#include "worker/preparation.hpp"

namespace bizcomms::worker {

class Receiver {
public:
  Receiver(const Context& context, alert::Lane lane, std::uint64_t number);
  void run(const std::stop_token& stop);

private:
  // True when a message could be taken and handled, so far as it lay with the ports.
  [[nodiscard]] bool receive(const std::stop_token& stop);
  [[nodiscard]] bool handle(std::shared_ptr<Held> held, const std::stop_token& stop);

  const Context& m_context;
  const alert::Lane m_lane;
  Preparation m_preparation;
  Random m_random;
};

}  // namespace bizcomms::worker
