#include "worker/custody.hpp"

#include <algorithm>

namespace bizcomms::worker {

std::vector<std::shared_ptr<Held>> Custody::take(std::vector<alert::Message> messages) {
  std::vector<std::shared_ptr<Held>> taken;
  const std::scoped_lock lock(m_mutex);
  for (alert::Message& message : messages) {
    auto held = std::make_shared<Held>();
    held->message = std::move(message);
    m_kept.insert_or_assign(held->message.receipt, Keeping{.held = held, .extended_at = m_clock.steady()});
    taken.push_back(std::move(held));
  }
  return taken;
}

void Custody::drop(const Held& held) {
  const std::scoped_lock lock(m_mutex);
  m_kept.erase(held.message.receipt);
}

std::vector<std::shared_ptr<Held>> Custody::due(SteadyTime now) const {
  std::vector<std::shared_ptr<Held>> due;
  const std::scoped_lock lock(m_mutex);
  for (const auto& entry : m_kept) {
    if (!entry.second.held->lost && now - entry.second.extended_at >= m_visibility / 2) { due.push_back(entry.second.held); }
  }
  return due;
}

void Custody::note(const std::vector<std::shared_ptr<Held>>& asked, const std::vector<bool>& extended, SteadyTime at) {
  const std::scoped_lock lock(m_mutex);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto kept = m_kept.find(asked[i]->message.receipt);
    if (kept == m_kept.end()) { continue; }  // done meanwhile
    if (i < extended.size() && extended[i]) {
      kept->second.extended_at = at;
    } else {
      kept->second.held->lost = true;
    }
  }
}

void Custody::extend_due() {
  const SteadyTime now = m_clock.steady();
  const auto asked = due(now);
  if (asked.empty()) { return; }
  std::vector<alert::Receipt> receipts;
  receipts.reserve(asked.size());
  for (const auto& held : asked) { receipts.push_back(held->message.receipt); }
  const auto extended = m_health.note(m_queue.extend(receipts));
  if (!extended) { return; }
  note(asked, *extended, now);
  std::vector<std::pair<alert::AlertId, std::int32_t>> batches;
  for (const auto& held : asked) {
    // An alert's own event stands for its only batch, where it has no more.
    if (!held->lost) { batches.emplace_back(held->message.event.alert, std::max(1, held->message.event.batch)); }
  }
  static_cast<void>(m_batches.note_held(batches));  // at worst they are published once more
}

void Custody::run(Millis interval, const std::stop_token& stop) {
  do { extend_due(); } while (sleep_for(stop, interval));
}

}  // namespace bizcomms::worker
