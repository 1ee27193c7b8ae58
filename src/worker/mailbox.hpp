// A queue between two threads of the worker. Thread-safe.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <stop_token>
#include <vector>

namespace bizcomms::worker {

template <class Letter>
class Mailbox {
public:
  void put(Letter letter) {
    const std::scoped_lock lock(m_mutex);
    m_letters.push_back(std::move(letter));
    m_filled.notify_one();
  }

  // Waits for a first one, then takes what has gathered, at most `max`. Empty only when a stop was asked for.
  [[nodiscard]] std::vector<Letter> take(std::size_t max, const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    m_filled.wait(lock, stop, [&] { return !m_letters.empty(); });
    if (stop.stop_requested()) { return {}; }
    const auto end = m_letters.begin() + static_cast<std::ptrdiff_t>(std::min(max, m_letters.size()));
    std::vector<Letter> taken(std::make_move_iterator(m_letters.begin()), std::make_move_iterator(end));
    m_letters.erase(m_letters.begin(), end);
    return taken;
  }

  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock(m_mutex);
    return m_letters.size();
  }

private:
  mutable std::mutex m_mutex;  // guards m_letters
  std::condition_variable_any m_filled;
  std::deque<Letter> m_letters;
};

}  // namespace bizcomms::worker
