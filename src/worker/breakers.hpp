// Which senders may be used: one breaker for the provider as a whole (outage, our credentials refused), one for each of our numbers
// or services (refused because of our settings). A `misconfigured` error with a field "account" speaks of the whole, any other of the
// sender. Pure: time is given. Not thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "bizcomms/base/result.hpp"
#include "worker/breaker.hpp"

namespace bizcomms::worker {

// A breaker that changed; `sender` is its place, nothing for the whole provider.
struct BreakerChange {
  Breaker::Change change = Breaker::Change::none;
  std::optional<std::size_t> sender{};
};

class Breakers {
public:
  Breakers(const BreakerSettings& settings, std::size_t senders);

  [[nodiscard]] Breaker::Allowance allowance(SteadyTime now) const { return m_whole.allowance(now); }
  [[nodiscard]] Breaker::Allowance allowance(std::size_t sender, SteadyTime now) const { return m_senders[sender].allowance(now); }
  void departed(std::size_t sender, SteadyTime now);
  // What an answer says about the provider and the sender. `error` is null for an acceptance.
  [[nodiscard]] std::vector<BreakerChange> learn(std::size_t sender, const Error* error, SteadyTime left_at, SteadyTime now);

  // Something may leave now: the provider's breaker and at least one sender's let it.
  [[nodiscard]] bool may_send(SteadyTime now) const;
  [[nodiscard]] Millis until_probe(SteadyTime now) const;  // of what holds everything up
  [[nodiscard]] Millis until_probe(std::size_t sender, SteadyTime now) const { return m_senders[sender].until_probe(now); }
  [[nodiscard]] bool is_open() const { return m_whole.is_open(); }
  [[nodiscard]] int senders_stopped() const;

private:
  Breaker m_whole;
  std::vector<Breaker> m_senders;
};

}  // namespace bizcomms::worker
