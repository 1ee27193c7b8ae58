#include "aws/holdings.hpp"

namespace bizcomms::aws {
namespace {

// Whoever lost a message asks nothing more of it. What has come back so long ago is nobody's.
constexpr std::chrono::hours k_kept{1};
constexpr std::chrono::minutes k_forget_interval{1};

}  // namespace

void Holdings::add(const alert::Receipt& receipt, Holding holding, SteadyTime now) {
  const std::scoped_lock lock(m_mutex);
  forget_old(now);
  auto [latest, is_new] = m_latest.try_emplace(holding.message_id, receipt);
  if (!is_new) {
    m_holdings.erase(latest->second);
    latest->second = receipt;
  }
  m_holdings.insert_or_assign(receipt, std::move(holding));
}

std::optional<Holding> Holdings::latest(const alert::Receipt& receipt) const {
  const std::scoped_lock lock(m_mutex);
  const auto found = m_holdings.find(receipt);
  return found == m_holdings.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Holding> Holdings::latest_hidden(const alert::Receipt& receipt, SteadyTime now) const {
  auto holding = latest(receipt);
  return holding && holding->hidden_until > now ? holding : std::nullopt;
}

void Holdings::extended(const alert::Receipt& receipt, SteadyTime hidden_until) {
  const std::scoped_lock lock(m_mutex);
  const auto found = m_holdings.find(receipt);
  if (found != m_holdings.end()) { found->second.hidden_until = hidden_until; }
}

void Holdings::drop(const alert::Receipt& receipt) {
  const std::scoped_lock lock(m_mutex);
  const auto found = m_holdings.find(receipt);
  if (found == m_holdings.end()) { return; }
  m_latest.erase(found->second.message_id);
  m_holdings.erase(found);
}

std::size_t Holdings::size() const {
  const std::scoped_lock lock(m_mutex);
  return m_holdings.size();
}

void Holdings::forget_old(SteadyTime now) {
  if (now - m_forgot_at < k_forget_interval) { return; }
  m_forgot_at = now;
  std::erase_if(m_holdings, [&](const auto& entry) {
    const bool old = now - entry.second.hidden_until > k_kept;
    if (old) { m_latest.erase(entry.second.message_id); }
    return old;
  });
}

}  // namespace bizcomms::aws
