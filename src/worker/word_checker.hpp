// Asks the provider who wrote STOP or START: a webhook that met nobody is not sent again. At the start, then at an interval. One thread.
#pragma once

#include <optional>
#include <stop_token>

#include "worker/context.hpp"

namespace bizcomms::worker {

class WordChecker {
public:
  explicit WordChecker(const Context& context);
  void run(const std::stop_token& stop);

private:
  [[nodiscard]] bool check(const std::stop_token& stop);  // false: to be tried again soon
  [[nodiscard]] bool heed(const alert::OptWord& word, const std::stop_token& stop);

  const Context& m_context;
  Random m_random;
  std::optional<Time> m_listed_at;  // whatever was written before is known
};

}  // namespace bizcomms::worker
