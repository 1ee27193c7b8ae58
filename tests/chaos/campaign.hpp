// Alerts are posted and stories raised while Twilio fails in every way and everybody is killed, again and again; then the simulator's
// own record is the judge.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "chaos/crew.hpp"
#include "chaos/judge.hpp"
#include "chaos/plan.hpp"
#include "support/cell.hpp"
#include "support/stories.hpp"
#include "support/times.hpp"

namespace bizcomms::chaos {

struct Tally {
  std::array<int, 3> kills{};            // by role
  std::array<int, 3> kills_in_flight{};  // with requests to Twilio in flight: a worker's own, or any worker's where another role is killed
  int moments = 0;                       // at which one or several were killed
  int in_flight = 0;                     // requests of all workers at those moments
  int in_flight_of_killed = 0;           // of those: of workers that were killed
  int freezes = 0;
  int freezes_in_flight = 0;
  std::atomic<int> posts = 0;
  std::atomic<int> deliveries = 0;
  std::atomic<int> post_repeats = 0;  // requests that got no answer, or 503, and were made again with the same key

  [[nodiscard]] int hits() const { return kills_in_flight[0] + kills_in_flight[1] + kills_in_flight[2]; }
};

class Campaign {
public:
  // `more`: options of every role besides those of the campaign.
  explicit Campaign(const Size& size, const test::Environment& more = {});

  // Until everything is settled, or nothing moves any more. A line of progress now and then.
  [[nodiscard]] Verdict run();
  [[nodiscard]] const Tally& tally() const { return m_tally; }
  // The figures of the run, a row each.
  [[nodiscard]] std::string table(const Verdict& verdict);

private:
  void start();
  void post_all(const std::stop_token& stop);
  void post_one(Post post, int number, const std::stop_token& stop);
  [[nodiscard]] bool all_posted() const;
  void strike_all();
  void strike(const Strike& strike);
  void kill(const Strike& strike);
  void freeze(const Member& worker);
  void pass(Millis duration);  // sleeps; who has been frozen long enough is thawed
  [[nodiscard]] int meet_in_flight(const Member& member);
  [[nodiscard]] std::int64_t open_alerts();
  [[nodiscard]] bool all_settled();
  void tell();

  const Size m_size;
  const test::Times m_times;
  Plan m_plan;
  test::Stories m_stories;
  test::Cell m_cell;
  Crew m_crew;
  Judge m_judge;
  Tally m_tally;
  std::atomic<int> m_hits = 0;         // kills that met requests in flight
  std::atomic<bool> m_starved = true;  // nothing is in flight: more alerts, please
  std::mutex m_mutex;                  // guards m_wanted
  std::vector<Wanted> m_wanted;
  std::vector<std::pair<Member, SteadyTime>> m_frozen;  // until when
  SteadyTime m_started;
  SteadyTime m_told;
  SteadyTime m_moved;                               // when anything last changed:
  std::pair<std::int64_t, std::int64_t> m_state{};  // open alerts, messages taken
};

}  // namespace bizcomms::chaos
