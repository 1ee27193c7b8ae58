// EventQueue in memory. Visibility, delays and ages follow the given Clock; only the wait for a first message is real time.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "bizcomms/alert/queue.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::test {

// Thread-safe.
class MemoryQueue final : public alert::EventQueue {
public:
  explicit MemoryQueue(const Clock& clock, alert::QueueSettings settings = {}) : m_clock(clock), m_settings(settings) {}

  // While down every method answers `unavailable`, and nothing changes.
  void set_down(bool down);
  // The last event of the next publishing is refused.
  void refuse_one();
  // While held, whoever asks for a depth waits.
  void hold_depths(bool held);

  Result<std::vector<bool>> publish(std::span<const alert::Event> events) override;
  Result<std::vector<alert::Message>> receive(alert::Lane lane, int max, Millis wait, const std::stop_token& stop) override;
  Result<std::vector<bool>> extend(std::span<const alert::Receipt> receipts) override;
  Result<std::vector<bool>> ack(std::span<const alert::Receipt> receipts) override;
  Status release(const alert::Receipt& receipt, Millis delay, const std::string& reason) override;
  Result<std::vector<bool>> give_back(std::span<const alert::Message> messages, Millis delay) override;
  Result<alert::QueueDepth> depth(alert::Lane lane) override;
  Result<std::vector<alert::DeadLetter>> dead_letters(int limit, const std::string& after_id) override;
  Status replay(const std::string& dead_letter_id) override;

private:
  struct Waiting {
    alert::Event event{};
    Time published_at{};
    Time visible_at{};
    int receives = 0;
    std::string reason{};  // of the last release
  };
  using Waitings = std::map<std::int64_t, Waiting>;  // by serial number, so in the order of publishing

  // All below: the mutex is held.
  [[nodiscard]] std::optional<Error> down() const;
  [[nodiscard]] Waitings::iterator find(const alert::Receipt& receipt);  // only by the latest receipt
  void put(const alert::Event& event, Millis delay);
  std::vector<alert::Message> take(alert::Lane lane, int max);

  const Clock& m_clock;
  const alert::QueueSettings m_settings;
  std::mutex m_mutex;  // guards all below
  std::condition_variable_any m_published;
  Waitings m_waiting;
  std::map<std::string, alert::DeadLetter> m_dead;
  std::int64_t m_last_serial = 0;
  bool m_down = false;
  bool m_refuses_one = false;
  bool m_depths_held = false;
};

}  // namespace bizcomms::test
