#include "model/chooser.hpp"

#include <numeric>

#include "bizcomms/base/result.hpp"

namespace bizcomms::model {

std::size_t RandomChooser::one_of(std::span<const int> weights) {
  auto left = static_cast<int>(m_random.below(static_cast<std::uint64_t>(std::accumulate(weights.begin(), weights.end(), 0))));
  std::size_t place = 0;
  while (left >= weights[place]) { left -= weights[place++]; }
  return place;
}

std::size_t EveryChoice::one_of(std::span<const int> weights) {
  if (m_at == m_path.size()) {
    Choice choice;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] > 0) { choice.places.push_back(i); }
    }
    check(!choice.places.empty(), "there is something to choose");
    m_path.push_back(std::move(choice));
  }
  const Choice& choice = m_path[m_at++];
  return choice.places[choice.chosen];
}

bool EveryChoice::is_new(std::uint64_t state, int steps_left) {
  const auto [met, first_time] = m_steps_left.try_emplace(state, steps_left);
  if (first_time) { return true; }
  if (met->second >= steps_left) { return false; }
  met->second = steps_left;
  return true;
}

bool EveryChoice::next_run() {
  m_at = 0;
  while (!m_path.empty()) {
    Choice& last = m_path.back();
    if (++last.chosen < last.places.size()) { return true; }
    m_path.pop_back();
  }
  return false;
}

}  // namespace bizcomms::model
