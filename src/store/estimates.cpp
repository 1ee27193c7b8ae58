#include "store/estimates.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "store/alert_rows.hpp"

namespace bizcomms::store {

namespace {

constexpr std::size_t k_entries_max = 1'000;

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

Result<std::int64_t> Estimates::count(const alert::Filter& filter) {
  const std::string sql =
      fmt::format("SELECT count(*) FROM (SELECT FROM recipients r WHERE true{} LIMIT $1::int8) AS counted", filter_condition(filter, 2));
  const db::Statement statement{.sql = sql, .effect = db::Effect::reads, .plan = db::Plan::fresh};
  const auto rows = m_pool.run(statement, tags_of(filter, db::Params().add(m_exact_max + 1)));
  if (!rows) { return rows.error(); }
  const auto counted = (*rows)[0].take<std::int64_t>();
  return counted > m_exact_max ? guess(filter) : Result<std::int64_t>(counted);
}

Result<std::int64_t> Estimates::guess(const alert::Filter& filter) {
  const std::string sql = fmt::format("EXPLAIN SELECT FROM recipients r WHERE true{}", filter_condition(filter, 1));
  const db::Statement statement{.sql = sql, .effect = db::Effect::reads, .plan = db::Plan::fresh};
  const auto rows = m_pool.run(statement, tags_of(filter, db::Params()));
  if (!rows) { return rows.error(); }
  return std::max(m_exact_max, rows_in_plan((*rows)[0].take<std::string_view>()));
}

}  // namespace bizcomms::store
