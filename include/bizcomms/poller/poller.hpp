// Turns new stories into alerts, one cycle at a time. A story is marked as seen only after its alert stands, and raising is
// idempotent, so a cycle that dies anywhere loses nothing and doubles nothing.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bizcomms/alert/stories.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::poller {

struct Settings {
  int top = 30;             // of the list, each cycle
  int first_run_limit = 5;  // stories raised by the first cycle ever; the others of it are marked as seen
};

struct Summary {
  int raised = 0;                        // alerts that stand now because of this cycle
  int skipped = 0;                       // jobs, dead and deleted items, and what the first run left out
  int failed = 0;                        // refused or unreachable; tried again next cycle
  int waiting = 0;                       // not there yet, or not come to in this cycle; next cycle
  int known = 0;                         // seen before
  bool standby = false;                  // the cell does not poll
  std::optional<Error> stopped_by = {};  // why the cycle ended before its end
};

// "Raised 3 stories; 1 skipped, 0 failed, 1 waiting, 25 known."
[[nodiscard]] std::string to_sentence(const Summary& summary);

// For one thread.
class Poller {
public:
  Poller(Settings settings, alert::StorySource& source, alert::SeenStories& seen, alert::StorySink& sink, const Log& log, Metrics& metrics,
         const Clock& clock);
  // Errors where nothing could be done: `unavailable` (HackerNews, the API or the database), `misconfigured` (key, address).
  // A stop is honoured between two stories. What happened half-way is in the summary.
  [[nodiscard]] Result<Summary> run_once(const std::stop_token& stop = {});
  // Until stopped, or until `misconfigured`, which is returned. Waits at least as long as a Retry-After asked for.
  [[nodiscard]] Status run_every(std::chrono::milliseconds interval, const std::stop_token& stop);

private:
  struct Cycle;
  [[nodiscard]] Result<std::vector<alert::StoryId>> unseen(Summary& summary);
  [[nodiscard]] bool handle(alert::StoryId id, Cycle& cycle);
  [[nodiscard]] Status mark_left_out(Cycle& cycle);
  void note_end(const Summary& summary);

  Settings m_settings;
  alert::StorySource& m_source;
  alert::SeenStories& m_seen;
  alert::StorySink& m_sink;
  Log m_log;
  const Clock& m_clock;
  Counter& m_stories_raised;
  Counter& m_stories_skipped;
  Counter& m_stories_failed;
  Gauge& m_last_success;
};

}  // namespace bizcomms::poller
