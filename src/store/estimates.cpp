#include "store/estimates.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "store/alert_rows.hpp"

namespace bizcomms::store {

namespace {

constexpr std::size_t k_entries_max = 1'000;
constexpr double k_sampled = 10'000;  // recipients, of whole pages

std::string key_of(const alert::Filter& filter) {
  return fmt::format("{}{}{}", filter.match_all_tags ? 'a' : 'o', filter.active_only ? 'y' : 'n', db::array_text(filter.tags));
}

db::Params tags_of(const alert::Filter& filter, db::Params params) {
  if (!filter.tags.empty()) { params.add(std::span<const std::string>(filter.tags)); }
  return params;
}

// "Seq Scan on recipients r  (cost=0.00..22.70 rows=1270 width=0)"
std::int64_t rows_in_plan(std::string_view plan) {
  constexpr std::string_view k_rows = "rows=";
  const auto at = plan.find(k_rows);
  std::int64_t rows = 0;
  for (std::size_t i = at == std::string_view::npos ? plan.size() : at + k_rows.size(); i < plan.size() && plan[i] >= '0' && plan[i] <= '9';
       ++i) {
    rows = rows * 10 + (plan[i] - '0');
  }
  return rows;
}

}  // namespace

std::shared_ptr<Estimates::Entry> Estimates::entry_of(const alert::Filter& filter) {
  const std::scoped_lock lock(m_mutex);
  if (m_entries.size() >= k_entries_max) { m_entries.clear(); }
  auto& entry = m_entries[key_of(filter)];
  if (!entry) { entry = std::make_shared<Entry>(); }
  return entry;
}

Result<std::int64_t> Estimates::of(const alert::Filter& filter) {
  const auto entry = entry_of(filter);
  const SteadyTime came_at = m_clock.steady();
  const std::scoped_lock lock(entry->mutex);
  if (entry->known && m_clock.steady() - entry->at < m_age) { return entry->count; }
  // Who waited while the database did not answer does not wait as long once more.
  if (entry->failure && entry->failed_at > came_at) { return *entry->failure; }
  const SteadyTime asked_at = m_clock.steady();
  auto counted = count(filter);
  if (!counted) {
    entry->failure = counted.error();
    entry->failed_at = m_clock.steady();
    return counted;
  }
  entry->failure.reset();
  entry->known = true;
  entry->count = *counted;
  entry->at = asked_at;
  return counted;
}

// Few are counted by their index. Many would be dear to count, and where tags go together or shut each other out the planner does not know.
Result<std::int64_t> Estimates::count(const alert::Filter& filter) {
  auto guessed = guess(filter);
  if (!guessed) { return guessed; }
  std::int64_t least = filter.tags.empty() ? m_exact_max : 0;
  if (*guessed <= m_exact_max) {
    auto counted = count_exactly(filter);
    if (!counted || *counted <= m_exact_max) { return counted; }
    least = *counted;
  }
  auto estimated = filter.tags.empty() ? guessed : sample(filter);
  return estimated ? std::max(least, *estimated) : estimated;
}

Result<std::int64_t> Estimates::count_exactly(const alert::Filter& filter) {
  const std::string sql =
      fmt::format("SELECT count(*) FROM (SELECT FROM recipients r WHERE true{} LIMIT $1::int8) AS counted", filter_condition(filter, 2));
  const db::Statement statement{.sql = sql, .effect = db::Effect::reads, .plan = db::Plan::fresh};
  const auto rows = m_pool.run(statement, tags_of(filter, db::Params().add(m_exact_max + 1)));
  if (!rows) { return rows.error(); }
  return (*rows)[0].take<std::int64_t>();
}

Result<std::int64_t> Estimates::guess(const alert::Filter& filter) {
  const std::string sql = fmt::format("EXPLAIN SELECT FROM recipients r WHERE true{}", filter_condition(filter, 1));
  const db::Statement statement{.sql = sql, .effect = db::Effect::reads, .plan = db::Plan::fresh};
  const auto rows = m_pool.run(statement, tags_of(filter, db::Params()));
  if (!rows) { return rows.error(); }
  return rows_in_plan((*rows)[0].take<std::string_view>());
}

// The share that matches, of what some pages hold; exact while these are all.
Result<std::int64_t> Estimates::sample(const alert::Filter& filter) {
  auto all = guess({.active_only = false});
  if (!all) { return all; }
  const double percent = std::min(100.0, 100 * k_sampled / static_cast<double>(std::max<std::int64_t>(*all, 1)));
  const std::string sql = fmt::format("SELECT count(*) FILTER (WHERE true{}), count(*) FROM recipients r TABLESAMPLE SYSTEM ($1::float8)",
                                      filter_condition(filter, 2));
  const db::Statement statement{.sql = sql, .effect = db::Effect::reads, .plan = db::Plan::fresh};
  const auto rows = m_pool.run(statement, tags_of(filter, db::Params().add(percent)));
  if (!rows) { return rows.error(); }
  db::Row row = (*rows)[0];
  const auto matching = row.take<std::int64_t>();
  const auto looked_at = row.take<std::int64_t>();
  if (percent >= 100 || looked_at == 0) { return matching; }
  return std::llround(static_cast<double>(matching) * static_cast<double>(*all) / static_cast<double>(looked_at));
}

}  // namespace bizcomms::store
