// Lets calls that come at the same time share a round trip. A call that finds a free leader's place goes at once, with nobody
// else; those that come meanwhile wait, and the first of them leads the next group: all that has gathered by then. So a group is as large
// as the load makes it, and no thread stands between a caller and the database.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace bizcomms::store {

// Thread-safe. No call may be running when it goes.
template <class Request, class Answer>
class Gatherer {
public:
  struct Call {
    Request request;
    std::optional<Answer> answer{};
  };
  // Sets the answer of each. Runs on one caller's thread for all; must not throw.
  using Work = std::function<void(std::vector<Call*>& calls)>;

  Gatherer(int leaders, int group_max, Work work)
      : m_free_places(leaders), m_group_max(static_cast<std::size_t>(group_max)), m_work(std::move(work)) {}

  Answer run(Request request) {
    Waiting mine{.call = {.request = std::move(request)}};
    if (!enter(mine) && !mine.wait_for_turn()) { return std::move(*mine.call.answer); }
    lead(mine);
    return std::move(*mine.call.answer);
  }

  [[nodiscard]] std::size_t waiting() {
    const std::scoped_lock lock(m_mutex);
    return m_waiting.size();
  }

private:
  enum class State { waiting, leads, answered };
  struct Waiting {
    Call call;
    std::mutex mutex{};  // guards state
    std::condition_variable changed{};
    State state = State::waiting;

    // True: this call leads now. False: it was answered.
    bool wait_for_turn() {
      std::unique_lock lock(mutex);
      changed.wait(lock, [this] { return state != State::waiting; });
      return state == State::leads;
    }
    // Told under the lock: the caller's stack, where this lives, may go as soon as it is released.
    void become(State next) {
      const std::scoped_lock lock(mutex);
      state = next;
      changed.notify_one();
    }
  };

  // True: a place was free, and the call leads at once.
  bool enter(Waiting& mine) {
    const std::scoped_lock lock(m_mutex);
    if (m_free_places == 0) {
      m_waiting.push_back(&mine);
      return false;
    }
    --m_free_places;
    return true;
  }

  void lead(Waiting& mine) {
    std::vector<Waiting*> group{&mine};
    {
      const std::scoped_lock lock(m_mutex);
      const auto end = m_waiting.begin() + static_cast<std::ptrdiff_t>(std::min(m_waiting.size(), m_group_max - 1));
      group.insert(group.end(), m_waiting.begin(), end);
      m_waiting.erase(m_waiting.begin(), end);
    }
    std::vector<Call*> calls;
    calls.reserve(group.size());
    for (Waiting* waiting : group) { calls.push_back(&waiting->call); }
    m_work(calls);
    pass_on();
    for (std::size_t i = 1; i < group.size(); ++i) { group[i]->become(State::answered); }
  }

  void pass_on() {
    const std::scoped_lock lock(m_mutex);
    if (m_waiting.empty()) {
      ++m_free_places;
      return;
    }
    Waiting* next = m_waiting.front();
    m_waiting.pop_front();
    next->become(State::leads);
  }

  std::mutex m_mutex;  // guards m_free_places, m_waiting
  int m_free_places;
  std::deque<Waiting*> m_waiting;
  const std::size_t m_group_max;
  const Work m_work;
};

}  // namespace bizcomms::store
