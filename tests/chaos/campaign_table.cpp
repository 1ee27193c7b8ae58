#include <algorithm>

#include <fmt/format.h>

#include "chaos/campaign.hpp"

namespace bizcomms::chaos {
namespace {

std::string row(const std::string& name, const std::string& value) { return fmt::format("| {:<48} | {:>28} |\n", name, value); }
std::string row(const std::string& name, std::int64_t value) { return row(name, std::to_string(value)); }

}  // namespace

std::string Campaign::table(const Verdict& verdict) {
  std::string text = row("seed", std::to_string(m_size.seed));
  text += row("factor of all times", fmt::format("1/{:.0f}", 1 / m_size.factor));
  text += row("request timeout, lease, list lag, grace (ms)",
              fmt::format("{}, {}, {}, {}", m_times.request_timeout.count(), m_times.lease.count(), m_times.list_lag.count(),
                          m_times.grace.count()));
  for (std::size_t i = 0; i < k_role_names.size(); ++i) {
    text += row(fmt::format("kills of {}: all, with requests in flight", k_role_names.at(i)),
                fmt::format("{}, {}", m_tally.kills.at(i), m_tally.kills_in_flight.at(i)));
  }
  text += row("kills with requests in flight", m_tally.hits());
  text += row("moments of killing, requests in flight then", fmt::format("{}, {}", m_tally.moments, m_tally.in_flight));
  text += row("requests in flight at a moment, on average", fmt::format("{:.1f}", 1.0 * m_tally.in_flight / std::max(1, m_tally.moments)));
  text += row("requests in flight of killed workers", m_tally.in_flight_of_killed);
  text += row("workers frozen past their lease: all, in flight", fmt::format("{}, {}", m_tally.freezes, m_tally.freezes_in_flight));
  text += row("posts repeated with their key", m_tally.post_repeats.load());
  const auto statistics = m_cell.simulator("GET", "/simulator/statistics");
  for (const auto& [name, value] : statistics.json()["requests"].members()) {
    text += row("simulator: " + name, value.as_int().value_or(0));
  }
  text += row("stories raised", m_stories.count());
  text += row("alerts", verdict.alerts);
  text += row("deliveries", verdict.deliveries);
  text += row("delivered, as the API says", verdict.delivered);
  text += row("failed, as they must", verdict.failed);
  text += row("told as sent, though it has ended", verdict.behind);
  text += row("alerts not completed", verdict.unfinished);
  text += row("messages lost", verdict.lost);
  text += row("messages doubled", verdict.doubled);
  text += row("states wrong", verdict.wrong);
  text += row("seconds", std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - m_started).count());
  return text;
}

}  // namespace bizcomms::chaos
