// The deliveries that wait to leave, urgent and standard, each lane in the order it came. Not thread-safe; no time of its own.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "worker/work.hpp"

namespace bizcomms::worker {

[[nodiscard]] constexpr std::size_t place_of(alert::Lane lane) { return static_cast<std::size_t>(lane); }

class Lanes {
public:
  enum class Verdict : std::uint8_t {
    go,       // leaves now
    wait,     // not yet; others may pass it
    give_up,  // not while this work is in hand
  };
  using Judge = std::function<Verdict(Work& work, const Row& row)>;
  struct GivenUp {
    std::shared_ptr<Work> work{};
    int rows = 0;
  };

  void add(std::shared_ptr<Work> work);
  // Appends to `picked` up to `max` rows of that lane that may go. Rows given up, and all rows of work that was lost, are told in the
  // answer.
  std::vector<GivenUp> pick(alert::Lane lane, std::size_t max, const Judge& judge, std::vector<Departure>& picked);
  [[nodiscard]] std::size_t waiting(alert::Lane lane) const { return m_waiting[static_cast<std::size_t>(lane)]; }
  [[nodiscard]] std::size_t waiting() const { return m_waiting[0] + m_waiting[1]; }
  // Gives up every row that waits.
  std::vector<GivenUp> clear();
  std::vector<GivenUp> clear(const Work& work);

private:
  int pick_from(const std::shared_ptr<Work>& work, std::size_t max, const Judge& judge, std::vector<Departure>& picked);
  void give_up_rest(const std::shared_ptr<Work>& work, std::vector<GivenUp>& given_up);

  std::array<std::deque<std::shared_ptr<Work>>, 2> m_works;
  std::array<std::size_t, 2> m_waiting{};
};

}  // namespace bizcomms::worker
