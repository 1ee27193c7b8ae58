// Who else can tell in which epoch a cell works: the other cell, and the ledger that both share. A cell that was away must ask them before
// it goes on, since another may have taken over meanwhile.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::app {

struct Sighting {
  std::string cell{};
  std::int64_t epoch = 0;
  bool active = false;  // that cell works, or did when it said so
};

struct Witness {
  std::string name;  // in sentences: "the peer", "the ledger"
  std::function<Result<Sighting>()> ask;
  std::function<Status(const std::string& cell, std::int64_t epoch)> tell{};  // where it wants to know who works
};

// What a witness said last.
struct Testimony {
  std::string name;
  std::optional<Sighting> seen{};        // its latest answer
  std::string problem{};                 // why the latest question got no answer; empty: it got one
  std::optional<SteadyTime> asked_at{};  // when that question was put; nothing: none is over yet
};

[[nodiscard]] Testimony asked(const Witness& witness);                                // blocks
[[nodiscard]] std::int64_t highest_epoch(const std::vector<Testimony>& testimonies);  // that any has seen; 0: none

// Thread-safe. Asks all of them every `interval`, each on a thread of its own: one may take long to fail.
class Witnesses {
public:
  Witnesses(std::vector<Witness> witnesses, Millis interval, const Clock& clock, const Log& log);
  [[nodiscard]] std::vector<Testimony> testimonies() const;  // in the order given
  // Blocks until each was asked once, or `limit` is over, or a stop.
  void wait_for_first(Millis limit, const std::stop_token& stop) const;
  // Who works in which epoch, from now on told to those that want to know; again after what failed.
  void announce(const std::string& cell, std::int64_t epoch);

private:
  void run(std::size_t index, const std::stop_token& stop);
  void ask(std::size_t index);
  void tell(std::size_t index);

  const std::vector<Witness> m_witnesses;
  const Millis m_interval;
  const Clock& m_clock;
  const Log m_log;
  mutable std::mutex m_mutex;  // guards the next three
  mutable std::condition_variable_any m_changed;
  std::vector<Testimony> m_testimonies;
  std::optional<Sighting> m_announced;
  std::vector<std::jthread> m_threads;  // last: they use all above
};

}  // namespace bizcomms::app
