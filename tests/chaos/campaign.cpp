#include "chaos/campaign.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include <fmt/format.h>

namespace bizcomms::chaos {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr Millis k_waits_for_requests{1'500};  // for requests in flight, before a kill that then does not count
constexpr auto k_tells_every = 5s;
constexpr auto k_stands_still = 3min;  // nothing has changed for so long: it never will

test::Environment options_of(const test::Times& times, const Size& size, const test::Environment& more) {
  auto options = times.options();
  options["BIZCOMMS_WORKER_IN_FLIGHT_MAX"] = "24";
  options["BIZCOMMS_WORKER_BATCH_SIZE"] = std::to_string(std::max(10, size.people / 8));
  options.insert(more.begin(), more.end());
  return options;
}

std::string tags_of(const Person& person) {
  std::string tags;
  for (const auto& tag : person.tags) { tags += (tags.empty() ? "\"" : ",\"") + tag + "\""; }
  return "[" + tags + "]";
}

}  // namespace

Campaign::Campaign(const Size& size, const test::Environment& more)
    : m_size(size),
      m_times(size.factor),
      m_plan(size),
      m_cell(options_of(m_times, size, more)),
      m_crew(m_cell, size.workers, size.log_folder),
      m_judge(m_cell, m_plan.people()),
      m_started(steady_clock::now()),
      m_told(m_started) {}

void Campaign::start() {
  m_cell.start_simulator({{"BIZCOMMS_SIMULATOR_SEED", std::to_string(m_size.seed)}, {"BIZCOMMS_STORIES", m_stories.folder()}});
  m_cell.faults(m_plan.faults(m_times));
  m_crew.start({Role::serve, 0});
  for (const Person& person : m_plan.people()) { m_cell.make_recipient(person.phone, tags_of(person)); }
  for (std::size_t i = 0; i < m_crew.workers(); ++i) { m_crew.start({Role::work, i}); }
  m_crew.start({Role::poll, 0});
}

bool Campaign::all_posted() const { return m_tally.deliveries >= m_size.deliveries && m_hits >= m_size.kills; }

// In step with the kills, so that both last equally long; and whenever nothing is left to send. With every third alert comes a story.
void Campaign::post_all(const std::stop_token& stop) {
  while (!stop.stop_requested() && !all_posted()) {
    const auto posted_part = static_cast<double>(m_tally.deliveries) / m_size.deliveries;
    const auto killed_part = static_cast<double>(m_hits) / std::max(1, m_size.kills);
    if (posted_part > killed_part && !m_starved.exchange(false)) {
      sleep_for(stop, 20ms);
      continue;
    }
    const int number = ++m_tally.posts;
    if (number % 3 == 0) {
      const std::scoped_lock lock(m_mutex);
      m_wanted.push_back({.id = {}, .text = m_stories.add(), .tag = k_story_tag});
    }
    post_one(m_plan.next_post(), number, stop);
  }
}

// As a caller should: no answer, or 503, is the same request again with the same key.
void Campaign::post_one(Post post, int number, const std::stop_token& stop) {
  const http::Headers headers{{"Idempotency-Key", fmt::format("chaos-{}", number)}};
  while (!stop.stop_requested()) {
    const auto answer = m_cell.call("POST", "/v1/alerts", post.body, headers);
    if (answer.status == 202) {
      post.wanted.id = answer.json()["alert_id"].as_string().value_or("");
      m_tally.deliveries += static_cast<int>(answer.json()["estimated_recipients"].as_int().value_or(0));
      const std::scoped_lock lock(m_mutex);
      m_wanted.push_back(std::move(post.wanted));
      return;
    }
    EXPECT_TRUE(answer.status == 0 || answer.status == 503) << answer.status << " " << answer.body;
    ++m_tally.post_repeats;
    sleep_for(stop, 50ms);
  }
}

void Campaign::pass(Millis duration) {
  const auto until = steady_clock::now() + duration;
  do {
    const auto now = steady_clock::now();
    std::erase_if(m_frozen, [&](const auto& frozen) {
      if (now < frozen.second) { return false; }
      m_crew.thaw(frozen.first);
      return true;
    });
    sleep_for({}, std::clamp(std::chrono::duration_cast<Millis>(until - now), Millis{1}, Millis{20}));
  } while (steady_clock::now() < until);
}

// So many requests to Twilio are in flight; it is waited for some, for a while.
int Campaign::meet_in_flight(const Member& member) {
  int in_flight = 0;
  const auto until = steady_clock::now() + k_waits_for_requests;
  for (;;) {
    in_flight = m_crew.in_flight(member);
    if (in_flight > 0) { return in_flight; }
    m_starved = true;
    if (steady_clock::now() > until) { return 0; }
    pass(20ms);
  }
}

void Campaign::freeze(const Member& worker) {
  if (!m_frozen.empty()) { return; }  // one at a time, so that somebody works
  const int in_flight = meet_in_flight(worker);
  m_crew.freeze(worker);
  ++m_tally.freezes;
  m_tally.freezes_in_flight += in_flight > 0 ? 1 : 0;
  m_frozen.emplace_back(worker, steady_clock::now() + m_times.lease * 3 / 2);
}

void Campaign::kill(const Strike& strike) {
  std::vector<Member> members;
  for (const Member& member : strike.members) {
    if (m_crew.stands(member)) { members.push_back(member); }
  }
  if (members.empty()) { return; }
  static_cast<void>(meet_in_flight(members.front()));
  std::vector<int> in_flight;
  for (const Member& member : members) { in_flight.push_back(m_crew.in_flight(member)); }
  const int of_all = m_crew.in_flight({Role::serve, 0});
  for (const Member& member : members) { m_crew.kill(member); }
  ++m_tally.moments;
  m_tally.in_flight += of_all;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto role = static_cast<std::size_t>(members[i].role);
    ++m_tally.kills.at(role);
    m_tally.kills_in_flight.at(role) += in_flight[i] > 0 ? 1 : 0;
    if (members[i].role == Role::work) { m_tally.in_flight_of_killed += in_flight[i]; }
  }
  m_hits = m_tally.hits();
  pass(strike.pause);
  for (const Member& member : members) { m_crew.start(member); }
}

void Campaign::strike(const Strike& strike) {
  pass(strike.gap);
  if (strike.freezes) {
    freeze(strike.members.front());
  } else {
    kill(strike);
  }
}

void Campaign::strike_all() {
  while (m_hits < m_size.kills) {
    strike(m_plan.next_strike());
    if (steady_clock::now() - m_told >= k_tells_every) { tell(); }
  }
  while (!m_frozen.empty()) { pass(20ms); }
}

void Campaign::tell() {
  m_told = steady_clock::now();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(m_told - m_started).count();
  fmt::print("{:>5} s  {} of {} kills with requests in flight, {} alerts to {} phones, {} messages taken\n", seconds, m_tally.hits(),
             m_size.kills, m_tally.posts.load(), m_tally.deliveries.load(),
             m_cell.simulator("GET", "/simulator/statistics").json()["messages"].as_int().value_or(0));
  std::fflush(stdout);
}

std::int64_t Campaign::open_alerts() {
  std::int64_t open = 0;
  for (const char* status : {"queued", "sending"}) {
    const auto page = m_cell.call("GET", std::string("/v1/alerts?limit=200&status=") + status);
    open += page.status == 200 ? std::ssize(page.json()["alerts"].elements()) : 1;
  }
  return open;
}

// The phones have what they get, no alert is open, no callback is on its way, and the judge has no complaint.
bool Campaign::all_settled() {
  const auto open = open_alerts();
  const auto statistics = m_cell.simulator("GET", "/simulator/statistics");
  const auto state = std::pair(open, statistics.json()["messages"].as_int().value_or(0));
  if (state != m_state) {
    m_state = state;
    m_moved = steady_clock::now();
  }
  const auto webhooks = statistics.json()["webhooks"];
  if (open > 0 || webhooks["waiting"].as_int() != 0 || webhooks["in_flight"].as_int() != 0) { return false; }
  const auto verdict = m_judge.judge(m_wanted);
  return verdict.clean() && verdict.behind == 0;
}

Verdict Campaign::run() {
  start();
  {
    std::jthread poster([this](const std::stop_token& stop) { post_all(stop); });
    strike_all();
    while (!all_posted()) {
      m_starved = true;
      pass(20ms);
    }
  }
  m_moved = steady_clock::now();
  while (!all_settled() && steady_clock::now() - m_moved < k_stands_still) {
    if (steady_clock::now() - m_told >= k_tells_every) { tell(); }
    pass(500ms);
  }
  tell();
  return m_judge.judge(m_wanted);
}

}  // namespace bizcomms::chaos
