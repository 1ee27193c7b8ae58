// Lets calls that come at the same time share a round trip. A call that finds a free leader's place goes at once, with nobody
// else; those that come meanwhile wait, and the first of them leads the next group: all that has gathered by then. So a group is as large
// as the load makes it, and no thread stands between a caller and the database.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
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

  enum class Pace : std::uint8_t { at_once, lingers };
  Gatherer(int leaders, int group_max, Pace pace, Work work)
      : m_free_places(leaders),
        m_group_max(static_cast<std::size_t>(group_max)),
        m_lingers(pace == Pace::lingers),
        m_work(std::move(work)) {}

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
  // Where a caller waits. Shared with whoever wakes it, for the caller may be gone before the waking is done.
  struct Turn {
    std::mutex mutex{};  // guards state
    std::condition_variable changed{};
    State state = State::waiting;

    void become(State next) {
      {
        const std::scoped_lock lock(mutex);
        state = next;
      }
      changed.notify_one();  // woken under the lock it would only wait for that
    }
  };
  struct Waiting {
    Call call;
    std::shared_ptr<Turn> turn = {};  // of one that has to wait

    // True: this call leads now. False: it was answered.
    bool wait_for_turn() {
      std::unique_lock lock(turn->mutex);
      turn->changed.wait(lock, [this] { return turn->state != State::waiting; });
      return turn->state == State::leads;
    }
  };
  static void wake(const Waiting& waiting, State next) {
    const std::shared_ptr<Turn> turn = waiting.turn;  // `waiting` may be gone once it is told
    turn->become(next);
  }

  // True: a place was free, and the call leads at once. While somebody gathers it goes with them.
  bool enter(Waiting& mine) {
    const std::scoped_lock lock(m_mutex);
    if (m_free_places > 0 && m_lingering == 0) {
      --m_free_places;
      return true;
    }
    mine.turn = std::make_shared<Turn>();
    m_waiting.push_back(&mine);
    if (m_lingering > 0 && m_waiting.size() >= m_wanted) { m_gathered.notify_all(); }
    return false;
  }

  void lead(Waiting& mine) {
    std::vector<Waiting*> group = gather(mine);
    std::vector<Call*> calls;
    calls.reserve(group.size());
    for (Waiting* waiting : group) { calls.push_back(&waiting->call); }
    const auto began = std::chrono::steady_clock::now();
    m_work(calls);
    pass_on(calls.size(), std::chrono::steady_clock::now() - began);
    for (std::size_t i = 1; i < group.size(); ++i) { wake(*group[i], State::answered); }
  }

  std::vector<Waiting*> gather(Waiting& mine) {
    std::vector<Waiting*> group{&mine};
    std::unique_lock lock(m_mutex);
    if (m_lingers && m_last_size > 1) { linger(lock); }
    const auto end = m_waiting.begin() + static_cast<std::ptrdiff_t>(std::min(m_waiting.size(), m_group_max - 1));
    group.insert(group.end(), m_waiting.begin(), end);
    m_waiting.erase(m_waiting.begin(), end);
    if (!m_waiting.empty() && m_free_places > 0) {  // more gathered than may go at once
      --m_free_places;
      promote_first();
    }
    return group;
  }

  void linger(std::unique_lock<std::mutex>& lock) {
    ++m_lingering;
    m_wanted = std::min(m_last_size, m_group_max) - 1;  // beside the leader
    const auto at_most = std::min<std::chrono::nanoseconds>(m_last_took / 8, k_linger_max);
    m_gathered.wait_for(lock, at_most, [this] { return m_waiting.size() >= m_wanted; });
    --m_lingering;
  }

  void pass_on(std::size_t size, std::chrono::nanoseconds took) {
    const std::scoped_lock lock(m_mutex);
    m_last_size = size;
    m_last_took = took;
    if (m_waiting.empty()) {
      ++m_free_places;
      return;
    }
    promote_first();
  }

  void promote_first() {
    Waiting* next = m_waiting.front();
    m_waiting.pop_front();
    wake(*next, State::leads);
  }

  static constexpr std::chrono::microseconds k_linger_max{500};

  std::mutex m_mutex;  // guards all below up to m_waiting
  std::condition_variable m_gathered;
  int m_free_places;
  int m_lingering = 0;       // leaders that gather right now
  std::size_t m_wanted = 0;  // of those that wait, by a leader that gathers
  std::size_t m_last_size = 0;
  std::chrono::nanoseconds m_last_took{0};
  std::deque<Waiting*> m_waiting;
  const std::size_t m_group_max;
  const bool m_lingers;
  const Work m_work;
};

}  // namespace bizcomms::store
