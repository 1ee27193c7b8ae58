// Asks the provider what became of messages whose callbacks never came, at set times after their batch was settled. One thread.
#pragma once

#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "worker/context.hpp"

namespace bizcomms::worker {

class StateChecker {
public:
  explicit StateChecker(const Context& context);
  void run(const std::stop_token& stop);

private:
  using Key = std::pair<alert::AlertId, std::int32_t>;
  [[nodiscard]] bool check_some(const std::stop_token& stop);  // true: there may be more
  void check(const Key& batch, const std::stop_token& stop);
  void ask(std::span<const alert::Delivery> deliveries, const std::stop_token& stop);
  void learn(std::span<const alert::Delivery> asked, const std::vector<Result<alert::ProviderStatus>>& states, const std::stop_token& stop);

  const Context& m_context;
  Random m_random;
};

}  // namespace bizcomms::worker
