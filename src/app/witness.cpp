#include "app/witness.hpp"

#include <algorithm>

namespace bizcomms::app {

Testimony asked(const Witness& witness) {
  const auto sighting = witness.ask();
  if (!sighting) { return {.name = witness.name, .problem = sighting.error().message}; }
  return {.name = witness.name, .seen = *sighting};
}

std::int64_t highest_epoch(const std::vector<Testimony>& testimonies) {
  std::int64_t highest = 0;
  for (const auto& testimony : testimonies) { highest = std::max(highest, testimony.seen ? testimony.seen->epoch : 0); }
  return highest;
}

Witnesses::Witnesses(std::vector<Witness> witnesses, Millis interval, const Clock& clock, const Log& log)
    : m_witnesses(std::move(witnesses)), m_interval(interval), m_clock(clock), m_log(log) {
  for (const Witness& witness : m_witnesses) { m_testimonies.push_back({.name = witness.name}); }
  for (std::size_t index = 0; index < m_witnesses.size(); ++index) {
    m_threads.emplace_back([this, index](const std::stop_token& stop) { run(index, stop); });
  }
}

std::vector<Testimony> Witnesses::testimonies() const {
  const std::scoped_lock lock(m_mutex);
  return m_testimonies;
}

void Witnesses::wait_for_first(Millis limit, const std::stop_token& stop) const {
  std::unique_lock lock(m_mutex);
  m_changed.wait_for(lock, stop, limit,
                     [&] { return std::ranges::all_of(m_testimonies, [](const auto& each) { return each.asked_at.has_value(); }); });
}

void Witnesses::announce(const std::string& cell, std::int64_t epoch) {
  const std::scoped_lock lock(m_mutex);
  m_announced = Sighting{.cell = cell, .epoch = epoch, .active = true};
}

void Witnesses::ask(std::size_t index) {
  const auto asked_at = m_clock.steady();
  const auto sighting = m_witnesses[index].ask();
  const std::string problem = sighting ? "" : sighting.error().message;
  bool is_news = false;
  {
    const std::scoped_lock lock(m_mutex);
    auto& testimony = m_testimonies[index];
    is_news = !problem.empty() && problem != testimony.problem;
    testimony.problem = problem;
    testimony.asked_at = asked_at;
    if (sighting) { testimony.seen = *sighting; }
  }
  m_changed.notify_all();
  if (is_news) { m_log.warning("who else works cannot be asked", sighting.error(), {{"witness", m_witnesses[index].name}}); }
}

void Witnesses::tell(std::size_t index) {
  if (!m_witnesses[index].tell) { return; }
  std::optional<Sighting> news;
  {
    const std::scoped_lock lock(m_mutex);
    const auto& seen = m_testimonies[index].seen;
    if (m_announced && seen && seen->epoch < m_announced->epoch) { news = m_announced; }
  }
  if (!news) { return; }
  if (const auto told = m_witnesses[index].tell(news->cell, news->epoch); !told) {
    m_log.warning("the epoch could not be told", told.error(), {{"witness", m_witnesses[index].name}});
  }
}

void Witnesses::run(std::size_t index, const std::stop_token& stop) {
  do {
    ask(index);
    tell(index);
  } while (sleep_for(stop, m_interval));
}

}  // namespace bizcomms::app
