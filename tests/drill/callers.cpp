#include "drill/callers.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bizcomms::drill {
namespace {

using namespace std::chrono_literals;

constexpr Millis k_tries_again_after{100};  // once both cells have refused
constexpr int k_posts_for_a_story = 5;
constexpr int k_accepted = 202;
constexpr int k_unavailable = 503;

}  // namespace

std::vector<std::string> tags_of(int person) {
  std::vector<std::string> tags{"all", fmt::format("group{}", person % k_groups)};
  if (person % 8 == 0) { tags.emplace_back(k_story_tag); }
  return tags;
}

Callers::Callers(std::array<Site*, 2> sites, std::uint64_t seed, double alerts_per_second, test::Stories& stories)
    : m_sites(sites), m_pace(alerts_per_second), m_random(seed), m_stories(stories) {
  for (auto& thread : m_threads) {
    thread = std::jthread([this](const std::stop_token& stop) { post_all(stop); });
  }
}

bool Callers::pause() {
  m_going = false;
  return test::eventually([this] { return m_busy == 0; });
}

// A quarter goes to everybody, a fifth is urgent.
Post Callers::next_post() {
  const std::scoped_lock lock(m_mutex);
  const int number = ++m_posts;
  if (number % k_posts_for_a_story == 0) { m_texts[m_stories.add()] = k_story_tag; }
  Post post{.key = fmt::format("drill-{}", number),
            .body = {},
            .text = fmt::format("Drill {0}\nAlert {0} of the drill.", number),
            .tag = m_random.chance(0.25) ? "all" : fmt::format("group{}", m_random.below(k_groups))};
  post.body =
      fmt::format(R"({{"title":"Drill {0}","message":"Alert {0} of the drill.","priority":"{1}","recipient_filters":{{"tags":["{2}"]}}}})",
                  number, m_random.chance(0.2) ? "critical" : "normal", post.tag);
  m_texts[post.text] = post.tag;
  return post;
}

bool Callers::try_at(std::size_t cell, const Post& post) {
  const auto answer = m_sites.at(cell)->call("POST", "/v1/alerts", post.body, {{"Idempotency-Key", post.key}});
  if (answer.status != k_accepted) {
    ++(answer.status == 0 ? m_unanswered : m_refused);
    const bool polite = answer.status == 0 || (answer.status == k_unavailable && answer.headers.find("Retry-After"));
    m_rude += polite ? 0 : 1;
    return false;
  }
  const std::scoped_lock lock(m_mutex);
  m_accepted.push_back({post, answer.json()["alert_id"].as_string().value_or(""), cell, std::chrono::steady_clock::now()});
  m_preferred = cell;
  return true;
}

void Callers::place(const Post& post, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const std::size_t first = m_preferred;
    if (try_at(first, post) || try_at(1 - first, post)) { return; }
    sleep_for(stop, k_tries_again_after);
  }
}

void Callers::post_all(const std::stop_token& stop) {
  const Millis gap{static_cast<std::int64_t>(1000.0 * static_cast<double>(m_threads.size()) / m_pace)};
  do {
    ++m_busy;
    if (m_going) { place(next_post(), stop); }
    --m_busy;
  } while (sleep_for(stop, gap));
}

std::vector<Accepted> Callers::accepted() const {
  const std::scoped_lock lock(m_mutex);
  return m_accepted;
}

int Callers::accepted_by(std::size_t cell) const {
  const auto all = accepted();
  return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const Accepted& each) { return each.cell == cell; }));
}

std::optional<SteadyTime> Callers::first_accepted(std::size_t cell, SteadyTime since) const {
  std::optional<SteadyTime> first;
  for (const auto& each : accepted()) {
    if (each.cell == cell && each.at >= since && (!first || each.at < *first)) { first = each.at; }
  }
  return first;
}

std::optional<SteadyTime> Callers::last_accepted(std::size_t cell, SteadyTime before) const {
  std::optional<SteadyTime> last;
  for (const auto& each : accepted()) {
    if (each.cell == cell && each.at <= before && (!last || each.at > *last)) { last = each.at; }
  }
  return last;
}

std::map<std::string, std::string> Callers::texts() const {
  const std::scoped_lock lock(m_mutex);
  return m_texts;
}

bool Callers::raise_again(const Accepted& lost, std::size_t cell) { return try_at(cell, lost.post); }

}  // namespace bizcomms::drill
