#include "worker/receiver.hpp"

namespace bizcomms::worker {

Receiver::Receiver(const Context& context, alert::Lane lane, std::uint64_t number)
    : m_context(context), m_lane(lane), m_preparation(context), m_random(context.random(RandomStream::receivers, number)) {}

void Receiver::run(const std::stop_token& stop) {
  int failures = 0;
  while (m_context.traffic->wait_for_turn(m_lane, stop)) {
    if (receive(stop)) {
      failures = 0;
    } else {
      sleep_for(stop, m_context.settings.port_backoff.delay(++failures, m_random));
    }
  }
}

bool Receiver::receive(const std::stop_token& stop) {
  auto received = m_context.ports.queue.receive(m_lane, m_context.settings.receive_max, m_context.settings.receive_wait, stop);
  m_context.queue.note(received);
  if (!received) {
    if (!may_pass(received.error().code)) { m_context.log.error("Messages cannot be received", received.error()); }
    return false;
  }
  m_context.meters.lane(m_lane).received->add(static_cast<double>(received->size()));
  bool all_well = true;
  for (auto& held : m_context.custody.take(std::move(*received))) { all_well = handle(std::move(held), stop) && all_well; }
  return all_well;
}

// Whatever was received is finished, also when a stop is asked for: then it is given back unread.
bool Receiver::handle(std::shared_ptr<Held> held, const std::stop_token& stop) {
  if (m_context.traffic->wait_for_room(m_lane, stop)) {
    auto work = m_preparation.prepare(std::move(held));
    const bool well = work->give_back_ms < 0;
    m_context.traffic->add(std::move(work));
    return well;
  }
  auto work = std::make_shared<Work>();
  work->alert.id = held->message.event.alert;
  work->lane = m_lane;
  work->held = std::move(held);
  work->give_back_after(Millis{0});
  m_context.traffic->add(std::move(work));
  return true;
}

}  // namespace bizcomms::worker
