#include "store/sender_rates.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using db::Effect;

// A crash loses at most what was given out within the last second: not worth a flush.
constexpr db::Statement k_no_flush{.sql = "SELECT set_config('synchronous_commit', 'off', true)"};

constexpr db::Statement k_make_rows{.sql = R"(
  INSERT INTO sender_rates (sender, free_at) SELECT sender, '-infinity' FROM unnest($1::text[]) AS t(sender) ORDER BY sender
  ON CONFLICT DO NOTHING)",
                                    .effect = Effect::writes};

// `step`: of one segment. `since`: from when on segments have gathered; a second at most, or the time of one segment. Nothing is written
// where nothing changes. What lies in the future was written before the clock was set back.
constexpr db::Statement k_take{.sql = R"(
  WITH locked AS MATERIALIZED (
    SELECT s.sender, i.wanted, i.urgent, i.step_us * interval '1 microsecond' AS step,
      greatest(CASE WHEN s.free_at < now() + interval '2 seconds' THEN s.free_at END,
               now() - greatest(i.step_us * interval '1 microsecond', interval '1 second')) AS since,
      NOT i.urgent AND coalesce(s.urgent_until BETWEEN now() AND now() + interval '1 second', false) AS gives_way, i.step_us
    FROM unnest($1::text[], $2::int8[], $3::int4[], $4::bool[]) AS i(sender, step_us, wanted, urgent)
      JOIN sender_rates s ON s.sender = i.sender
    ORDER BY s.sender FOR NO KEY UPDATE OF s),
  taken AS MATERIALIZED (
    SELECT *, CASE WHEN gives_way THEN 0
        ELSE greatest(0, least(wanted, floor(extract(epoch FROM now() - since) * 1000000 / step_us)))::int4 END AS segments
    FROM locked),
  written AS (
    UPDATE sender_rates s SET free_at = t.since + t.segments * t.step,
      urgent_until = CASE WHEN NOT t.urgent THEN s.urgent_until WHEN t.segments < t.wanted THEN now() + interval '500 milliseconds' END
    FROM taken t WHERE s.sender = t.sender AND (t.segments > 0 OR t.urgent))
  SELECT sender, segments FROM taken)",
                               .effect = Effect::writes};

struct Columns {
  db::Column<std::string_view> senders;
  db::Column<std::int64_t> steps;
  db::Column<std::int32_t> wanted;
  db::Column<bool> urgent;

  explicit Columns(std::span<const alert::RateRequest> requests) {
    for (const alert::RateRequest& request : requests) {
      senders.push(std::string_view(request.sender));
      steps.push(std::max<std::int64_t>(1, std::llround(1e6 / request.per_second)));
      wanted.push(request.wanted);
      urgent.push(request.lane == alert::Lane::urgent);
    }
  }
  [[nodiscard]] db::Params params() const { return db::Params().add(senders).add(steps).add(wanted).add(urgent); }
};

std::map<std::string, int> read(const db::Rows& rows) {
  std::map<std::string, int> taken;
  for (int i = 0; i < rows.size(); ++i) {
    db::Row row = rows[i];
    auto sender = row.take<std::string>();
    taken[std::move(sender)] = row.take<std::int32_t>();
  }
  return taken;
}

}  // namespace

Result<std::vector<int>> PostgresSenderRates::take(std::span<const alert::RateRequest> requests) {
  if (requests.empty()) { return std::vector<int>{}; }
  const Columns columns(requests);
  const std::array steps{db::Step{.statement = k_no_flush}, db::Step{.statement = k_take, .params = columns.params()}};
  auto answers = repeating([&] { return m_pool.run_all(steps); });
  if (answers && (*answers)[1].size() < std::ssize(requests)) {  // new numbers
    const auto made = m_pool.run(k_make_rows, db::Params().add(columns.senders));
    if (!made) { return made.error(); }
    answers = repeating([&] { return m_pool.run_all(steps); });
  }
  if (!answers) { return answers.error(); }
  const auto taken = read((*answers)[1]);
  std::vector<int> segments;
  segments.reserve(requests.size());
  for (const alert::RateRequest& request : requests) {
    const auto found = taken.find(request.sender);
    segments.push_back(found == taken.end() ? 0 : found->second);
  }
  return segments;
}

}  // namespace bizcomms::store
