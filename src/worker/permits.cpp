#include "bizcomms/worker/permits.hpp"

#include <algorithm>
#include <cmath>

namespace bizcomms::worker {

namespace {

constexpr const char* k_calls = "calls";  // the name of the account's rate of calls in the shared budget
constexpr Millis k_pause{50};             // between two looks at the shared budget
constexpr Millis k_urgent_waits{500};     // since it last asked; it asks again sooner
constexpr double k_at_once = 0.1;         // seconds' worth that is fetched: fast numbers are not asked for message by message

// What was fetched and not used belongs to a second long past.
std::chrono::duration<double> keeps_for(double per_second) { return std::chrono::duration<double>(1 + 2 / per_second); }

}  // namespace

Permits::Permits(const RateLimits& limits, alert::SenderRates& rates, const Log& log) : m_rates(rates), m_log(log) {
  for (const auto& [sender, rate] : limits.segments_per_second) {
    if (rate > 0) { m_stocks[sender].per_second = rate; }
  }
  if (limits.calls_per_second > 0) { m_stocks[k_calls].per_second = limits.calls_per_second; }
  if (!m_stocks.empty()) {
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
}

bool Permits::take(const std::string& sender, alert::Channel channel, alert::Lane lane, int segments, SteadyTime now) {
  const std::scoped_lock lock(m_mutex);
  const bool is_call = channel == alert::Channel::voice;
  const auto found = m_stocks.find(is_call ? k_calls : sender);
  if (found == m_stocks.end()) { return true; }
  Stock& stock = found->second;
  const int needed = is_call ? 1 : segments;
  if (now - stock.asked_at > keeps_for(stock.per_second)) { stock.segments = 0; }
  stock.asked_at = now;
  const bool urgent = lane == alert::Lane::urgent;
  const bool gives_way = !urgent && stock.urgent_refused_at && now - *stock.urgent_refused_at < k_urgent_waits;
  if (stock.segments >= needed && !gives_way) {
    stock.segments -= needed;
    if (urgent) { stock.urgent_refused_at.reset(); }
    return true;
  }
  if (urgent) { stock.urgent_refused_at = now; }
  int& wanted = stock.wanted[static_cast<std::size_t>(lane)];
  wanted = std::max({wanted, needed - stock.segments, static_cast<int>(std::ceil(stock.per_second * k_at_once))});
  m_wanted.notify_one();
  return false;
}

void Permits::give_back(const std::string& sender, alert::Channel channel, int segments) {
  const std::scoped_lock lock(m_mutex);
  const auto found = m_stocks.find(channel == alert::Channel::voice ? k_calls : sender);
  if (found != m_stocks.end()) { found->second.segments += channel == alert::Channel::voice ? 1 : segments; }
}

bool Permits::any_wanted() const {
  return std::any_of(m_stocks.begin(), m_stocks.end(),
                     [](const auto& entry) { return entry.second.wanted[0] > 0 || entry.second.wanted[1] > 0; });
}

std::vector<alert::RateRequest> Permits::wanted() {
  std::vector<alert::RateRequest> requests;
  for (auto& [sender, stock] : m_stocks) {
    const alert::Lane lane = stock.wanted[static_cast<std::size_t>(alert::Lane::urgent)] > 0 ? alert::Lane::urgent : alert::Lane::standard;
    const int segments = std::exchange(stock.wanted[static_cast<std::size_t>(lane)], 0);
    if (segments > 0) { requests.push_back({.sender = sender, .per_second = stock.per_second, .wanted = segments, .lane = lane}); }
  }
  return requests;
}

void Permits::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::vector<alert::RateRequest> requests;
    {
      std::unique_lock lock(m_mutex);
      m_wanted.wait(lock, stop, [&] { return any_wanted(); });
      requests = wanted();
    }
    if (!requests.empty()) { fetch(requests); }
    sleep_for(stop, k_pause);
  }
}

void Permits::fetch(const std::vector<alert::RateRequest>& requests) {
  const auto taken = m_rates.take(requests);
  const std::scoped_lock lock(m_mutex);
  if (!taken && !std::exchange(m_failing, true)) { m_log.warning("The numbers' rates cannot be read; sending waits", taken.error()); }
  if (!taken) { return; }
  m_failing = false;
  for (std::size_t i = 0; i < requests.size(); ++i) { m_stocks[requests[i].sender].segments += (*taken)[i]; }
}

}  // namespace bizcomms::worker
