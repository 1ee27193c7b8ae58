// Where a run of the model takes its decisions from: drawn by chance, or all of them, one after the other.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "bizcomms/base/random.hpp"

namespace bizcomms::model {

class Chooser {
public:
  virtual ~Chooser() = default;
  // The place of one of the weights; never of one that is 0. At least one is not.
  [[nodiscard]] virtual std::size_t one_of(std::span<const int> weights) = 0;
};

class RandomChooser final : public Chooser {
public:
  explicit RandomChooser(std::uint64_t seed) : m_random(seed) {}
  [[nodiscard]] std::size_t one_of(std::span<const int> weights) override;

private:
  Random m_random;
};

// Every run once, except those that meet a state that was met before, with as many steps left.
class EveryChoice final : public Chooser {
public:
  [[nodiscard]] std::size_t one_of(std::span<const int> weights) override;

  // What was chosen so far in this run repeats an earlier one.
  [[nodiscard]] bool repeats() const { return m_at < m_path.size(); }
  // Whether this state is worth going on from.
  [[nodiscard]] bool is_new(std::uint64_t state, int steps_left);
  // To the start of this run.
  void repeat() { m_at = 0; }
  // To the start of the next one; false when there is none.
  [[nodiscard]] bool next_run();

  [[nodiscard]] std::size_t states() const { return m_steps_left.size(); }

private:
  struct Choice {
    std::vector<std::size_t> places{};
    std::size_t chosen = 0;
  };
  std::vector<Choice> m_path;
  std::size_t m_at = 0;
  std::unordered_map<std::uint64_t, int> m_steps_left;  // of the states that were met: the most
};

}  // namespace bizcomms::model
