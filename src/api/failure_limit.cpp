#include "api/failure_limit.hpp"

#include <arpa/inet.h>

#include <array>

namespace bizcomms::api {
namespace {

constexpr std::string_view k_v4_mapped("\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12);
constexpr std::size_t k_address_bytes_max = 64;
constexpr std::chrono::nanoseconds k_sweep_interval{std::chrono::seconds{1}};  // a sweep looks at all: not for every failure

Millis rounded_up(std::chrono::nanoseconds duration) { return std::chrono::ceil<Millis>(duration); }

}  // namespace

std::string client_of(std::string_view address) {
  std::string text(address.substr(0, k_address_bytes_max));
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) { return {bytes.data(), 4}; }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) { return text; }
  const std::string_view all(bytes.data(), bytes.size());
  if (all.starts_with(k_v4_mapped)) { return std::string(all.substr(k_v4_mapped.size())); }
  return std::string(all.substr(0, 8));
}

FailureLimit::FailureLimit(int per_minute, std::size_t clients_max, const Clock& clock)
    : m_rate{std::chrono::nanoseconds{std::chrono::minutes{1}} / std::max(per_minute, 1), std::max(per_minute, 1)},
      m_clients_max(clients_max),
      m_clock(clock) {}

std::int64_t FailureLimit::now() const { return std::chrono::nanoseconds{m_clock.steady().time_since_epoch()}.count(); }

std::int64_t& FailureLimit::due_of(const std::string& client, std::int64_t now) {
  const auto known = m_due.find(client);
  if (known != m_due.end()) { return known->second; }
  if (m_due.size() >= m_clients_max && now - m_swept_at >= k_sweep_interval.count()) {
    m_swept_at = now;
    std::erase_if(m_due, [now](const auto& each) { return each.second <= now; });
  }
  if (m_due.size() >= m_clients_max) { return m_due_of_others; }
  return m_due[client];
}

std::optional<Millis> FailureLimit::wait(const std::string& client) {
  if (!m_anybody.load(std::memory_order_relaxed)) { return std::nullopt; }
  const std::scoped_lock lock(m_mutex);
  const auto known = m_due.find(client);
  auto due = known != m_due.end() ? known->second : m_due.size() >= m_clients_max ? m_due_of_others : 0;  // a copy: asking costs nothing
  const auto left = wait_for(m_rate, due, now());
  return left ? std::optional(rounded_up(*left)) : std::nullopt;
}

std::optional<Millis> FailureLimit::fail(const std::string& client) {
  const std::scoped_lock lock(m_mutex);
  m_anybody = true;
  const auto time = now();
  const auto left = wait_for(m_rate, due_of(client, time), time);
  return left ? std::optional(rounded_up(*left)) : std::nullopt;
}

}  // namespace bizcomms::api
