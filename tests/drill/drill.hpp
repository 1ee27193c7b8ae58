// The failover drill: the active cell dies under load, the other takes over and finishes its work; the dead one's queue comes back, then
// all of it with its old database; and in the end the first cell works again. Measured, and judged by what Twilio has taken.
#pragma once

#include <map>
#include <string>

#include "drill/timeline.hpp"
#include "drill/world.hpp"

namespace bizcomms::drill {

// What must hold, beside what the steps themselves insist on.
struct Outcome {
  int accepted = 0;          // alerts answered with 202, by either cell
  int accepted_lost = 0;     // of those: not there after the failover
  int lost_unexplained = 0;  // of those: the old database has not got them either, or they were accepted long before the cut
  int raised_again = 0;
  int posts_gone = 0;         // posted or put at the top, and not there at the end, though the dead cell had not even accepted it
  int stories_gone = 0;       // which the poller takes for raised: the mark had crossed over, the alert had not
  int returned_writes = 0;    // alerts that the returned cell took although it must not, and times that it said it was active
  int returned_attempts = 0;  // that it made to send something
  int rude = 0;               // answers without Retry-After
  Verdict failover;           // after each step
  Verdict queue_return;
  Verdict region_return;
  Verdict failback;
};

class Drill {
public:
  explicit Drill(const Size& size);

  // All steps, one after the other. Throws where one cannot be made, or does not end in time.
  [[nodiscard]] const Outcome& run();
  [[nodiscard]] const Timeline& timeline() const { return m_timeline; }
  void write_json() const;

private:
  void load(std::size_t cell, int alerts);
  void cut();
  void take_over();
  void look_for_the_accepted();
  void queue_returns();
  void region_returns();
  void tell_status(std::size_t cell);
  void stand_by(int posts);
  void rebuild(std::size_t cell, std::size_t from);
  void swap_back();
  void tell_figures();
  [[nodiscard]] Verdict settled(std::size_t cell, const std::string& step);
  void insist(bool holds, const std::string& what);
  void note_missing();
  void note_gone();

  const Size m_size;
  Timeline m_timeline;
  World m_world;
  Outcome m_outcome;
  std::map<std::string, int> m_missing;  // texts of alerts that only the old database has, and how many of each
  SteadyTime m_cut{};
};

}  // namespace bizcomms::drill
