#include "worker/depth_sampler.hpp"

namespace bizcomms::worker {

void DepthSampler::run(const std::stop_token& stop) {
  do { sample(); } while (sleep_for(stop, m_context.settings.sweep_interval));
}

void DepthSampler::sample() {
  for (const alert::Lane lane : {alert::Lane::standard, alert::Lane::urgent}) {
    const auto depth = m_context.queue.note(m_context.ports.queue.depth(lane));
    if (!depth) { return; }
    LaneMeters& meters = m_context.meters.lane(lane);
    meters.visible->set(static_cast<double>(depth->visible));
    meters.hidden->set(static_cast<double>(depth->in_flight));
    meters.dead->set(static_cast<double>(depth->dead));
    meters.oldest_seconds->set(std::chrono::duration<double>(depth->oldest).count());
    m_oldest.set(lane, depth->oldest);
  }
}

}  // namespace bizcomms::worker
