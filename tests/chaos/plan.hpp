// Everything a campaign decides, drawn from its seed: whom it writes to, what breaks, who dies when. The same seed decides the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bizcomms/base/random.hpp"
#include "bizcomms/base/time.hpp"
#include "chaos/crew.hpp"
#include "chaos/judge.hpp"
#include "support/times.hpp"

namespace bizcomms::chaos {

struct Size {
  std::uint64_t seed = 1;
  int workers = 2;
  int people = 60;
  int deliveries = 400;  // at least; more alerts are posted while kills are missing
  int kills = 12;        // that meet requests in flight
  double factor = 1.0 / 20;
  std::string log_folder = {};  // what ended processes had said; empty: not kept

  // What BIZCOMMS_CHAOS_SEED, _WORKERS, _PEOPLE, _DELIVERIES, _KILLS, _FACTOR and _LOGS say; otherwise as here.
  [[nodiscard]] Size from_environment() const;
};

// After `gap` all of `members` are struck at once: killed, and started again after `pause`; or, one worker, frozen for longer than its
// lease.
struct Strike {
  std::vector<Member> members;
  Millis gap;
  Millis pause;
  bool freezes = false;
};

struct Post {
  Wanted wanted;
  std::string body;  // of the request
};

inline constexpr const char* k_story_tag = "hackernews";

class Plan {
public:
  explicit Plan(const Size& size);

  [[nodiscard]] const std::vector<Person>& people() const { return m_people; }
  [[nodiscard]] std::string faults(const test::Times& times) const;  // for the simulator
  [[nodiscard]] Strike next_strike();
  [[nodiscard]] Post next_post();

private:
  void choose_people();

  const Size m_size;
  Random m_strikes;  // streams of their own: what threads do to each other's order does not change what is decided
  Random m_posts;
  std::vector<Person> m_people;
  std::vector<Post> m_posted;
};

}  // namespace bizcomms::chaos
