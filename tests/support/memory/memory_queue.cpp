#include "support/memory/memory_queue.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace bizcomms::test {

using namespace alert;

namespace {

constexpr Millis k_look_again{5};  // a manual clock wakes nobody

std::string receipt_of(std::int64_t serial, int receives) { return fmt::format("{}:{}", serial, receives); }

}  // namespace

void MemoryQueue::set_down(bool down) {
  const std::scoped_lock lock(m_mutex);
  m_down = down;
}

void MemoryQueue::refuse_one() {
  const std::scoped_lock lock(m_mutex);
  m_refuses_one = true;
}

std::optional<Error> MemoryQueue::down() const {
  if (!m_down) { return std::nullopt; }
  return Error{.code = ErrorCode::unavailable, .message = "The queue is down."};
}

void MemoryQueue::put(const Event& event, Millis delay) {
  const Time now = m_clock.now();
  m_waiting.emplace(++m_last_serial, Waiting{.event = event, .published_at = now, .visible_at = now + delay});
  m_published.notify_all();
}

MemoryQueue::Waitings::iterator MemoryQueue::find(const Receipt& receipt) {
  std::int64_t serial = 0;
  std::from_chars(receipt.data(), receipt.data() + receipt.size(), serial);
  const auto found = m_waiting.find(serial);
  if (found == m_waiting.end() || receipt_of(serial, found->second.receives) != receipt) { return m_waiting.end(); }
  return found;
}

Result<std::vector<bool>> MemoryQueue::publish(std::span<const Event> events) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<bool> taken(events.size(), true);
  if (!taken.empty()) { taken.back() = !std::exchange(m_refuses_one, false); }
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (taken[i]) { put(events[i], Millis{0}); }
  }
  return taken;
}

std::vector<Message> MemoryQueue::take(Lane lane, int max) {
  const Time now = m_clock.now();
  std::vector<Message> taken;
  for (auto at = m_waiting.begin(); at != m_waiting.end() && std::ssize(taken) < max;) {
    auto& [serial, waiting] = *at;
    if (now - waiting.published_at > m_settings.retention) {
      at = m_waiting.erase(at);
      continue;
    }
    if (waiting.event.lane != lane || waiting.visible_at > now) {
      ++at;
      continue;
    }
    if (waiting.receives >= m_settings.receives_max) {
      const std::string id = fmt::format("{:020}", serial);
      const std::string reason =
          waiting.reason.empty() ? fmt::format("received {} times without an answer", waiting.receives) : waiting.reason;
      m_dead.emplace(id, DeadLetter{.id = id, .event = waiting.event, .dead_at = now, .receives = waiting.receives, .reason = reason});
      at = m_waiting.erase(at);
      continue;
    }
    ++waiting.receives;
    waiting.visible_at = now + m_settings.visibility;
    taken.push_back({.receipt = receipt_of(serial, waiting.receives), .event = waiting.event, .receives = waiting.receives});
    ++at;
  }
  return taken;
}

Result<std::vector<Message>> MemoryQueue::receive(Lane lane, int max, Millis wait, const std::stop_token& stop) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  std::unique_lock lock(m_mutex);
  while (true) {
    if (auto error = down()) { return *error; }
    auto taken = take(lane, max);
    const auto now = std::chrono::steady_clock::now();
    if (!taken.empty() || now >= deadline || stop.stop_requested()) { return taken; }
    m_published.wait_until(lock, stop, std::min(deadline, now + k_look_again), [] { return false; });
  }
}

Result<std::vector<bool>> MemoryQueue::extend(std::span<const Receipt> receipts) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<bool> answers;
  for (const Receipt& receipt : receipts) {
    const auto found = find(receipt);
    answers.push_back(found != m_waiting.end());
    if (answers.back()) { found->second.visible_at = m_clock.now() + m_settings.visibility; }
  }
  return answers;
}

Result<std::vector<bool>> MemoryQueue::ack(std::span<const Receipt> receipts) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<bool> answers;
  for (const Receipt& receipt : receipts) {
    const auto found = find(receipt);
    answers.push_back(found != m_waiting.end());
    if (answers.back()) { m_waiting.erase(found); }
  }
  return answers;
}

Status MemoryQueue::release(const Receipt& receipt, Millis delay, const std::string& reason) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  const auto found = find(receipt);
  if (found == m_waiting.end()) { return {}; }  // somebody else has it by now
  found->second.visible_at = m_clock.now() + delay;
  found->second.reason = reason;
  m_published.notify_all();
  return {};
}

Result<std::vector<bool>> MemoryQueue::give_back(std::span<const Message> messages, Millis delay) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<bool> answers;
  for (const Message& message : messages) {
    const auto found = find(message.receipt);
    answers.push_back(found != m_waiting.end());
    if (!answers.back()) { continue; }
    m_waiting.erase(found);
    put(message.event, delay);
  }
  return answers;
}

void MemoryQueue::hold_depths(bool held) {
  const std::scoped_lock lock(m_mutex);
  m_depths_held = held;
  m_published.notify_all();
}

Result<QueueDepth> MemoryQueue::depth(Lane lane) {
  std::unique_lock lock(m_mutex);
  m_published.wait(lock, [this] { return !m_depths_held; });
  if (auto error = down()) { return *error; }
  const Time now = m_clock.now();
  QueueDepth depth;
  for (const auto& [serial, waiting] : m_waiting) {
    if (waiting.event.lane != lane) { continue; }
    if (waiting.visible_at <= now) {
      ++depth.visible;
      depth.oldest = std::max(depth.oldest, now - waiting.published_at);
    } else {
      ++depth.in_flight;
    }
  }
  depth.dead = std::count_if(m_dead.begin(), m_dead.end(), [&](const auto& entry) { return entry.second.event.lane == lane; });
  return depth;
}

Result<std::vector<DeadLetter>> MemoryQueue::dead_letters(int limit, const std::string& after_id) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  std::vector<DeadLetter> letters;
  for (auto at = m_dead.upper_bound(after_id); at != m_dead.end() && std::ssize(letters) < limit; ++at) { letters.push_back(at->second); }
  return letters;
}

Status MemoryQueue::replay(const std::string& dead_letter_id) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  const auto found = m_dead.find(dead_letter_id);
  if (found == m_dead.end()) { return Error{.code = ErrorCode::not_found, .message = "There is no such dead letter."}; }
  put(found->second.event, Millis{0});
  m_dead.erase(found);
  return {};
}

}  // namespace bizcomms::test
