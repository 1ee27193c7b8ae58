#include "bizcomms/poller/poller.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace bizcomms::poller {
namespace {

std::string plural(int count, const char* word) { return std::to_string(count) + " " + word + (count == 1 ? "y" : "ies"); }

}  // namespace

std::string to_sentence(const Summary& summary) {
  if (summary.standby) { return "This cell is on standby: nothing was polled."; }
  std::string text = "Raised " + plural(summary.raised, "stor") + "; " + std::to_string(summary.skipped) + " skipped, " +
                     std::to_string(summary.failed) + " failed, " + std::to_string(summary.waiting) + " waiting, " +
                     std::to_string(summary.known) + " known.";
  if (summary.stopped_by) { text += " Stopped early: " + summary.stopped_by->message; }
  return text;
}

struct Poller::Cycle {
  Summary summary;
  std::vector<alert::StoryId> ids;
};

Poller::Poller(Settings settings, alert::StorySource& source, alert::SeenStories& seen, alert::StorySink& sink, const Log& log,
               Metrics& metrics, const Clock& clock)
    : m_settings(settings),
      m_source(source),
      m_seen(seen),
      m_sink(sink),
      m_log(log),
      m_clock(clock),
      m_stories_raised(metrics.counter("bizcomms_poller_stories_total", "Stories by what became of them.", {{"outcome", "raised"}})),
      m_stories_skipped(metrics.counter("bizcomms_poller_stories_total", "Stories by what became of them.", {{"outcome", "skipped"}})),
      m_stories_failed(metrics.counter("bizcomms_poller_stories_total", "Stories by what became of them.", {{"outcome", "failed"}})),
      m_last_success(metrics.gauge("bizcomms_poller_last_success_timestamp_seconds", "When a cycle last went through, in Unix time.")) {}

Result<std::vector<alert::StoryId>> Poller::unseen(Summary& summary) {
  auto top = m_source.top(m_settings.top);
  if (!top) { return top.error(); }
  const auto seen = m_seen.seen(*top);
  if (!seen) { return seen.error(); }
  std::vector<alert::StoryId> ids;
  for (std::size_t i = 0; i < top->size(); ++i) {
    if (i < seen->size() && (*seen)[i]) {
      ++summary.known;
    } else {
      ids.push_back((*top)[i]);
    }
  }
  return ids;
}

// Before the first alert, not after the last: a first cycle that dies half-way must not make the next one raise all the others.
Status Poller::mark_left_out(Cycle& cycle) {
  const auto limit = static_cast<std::size_t>(std::max(0, m_settings.first_run_limit));
  if (cycle.ids.size() <= limit) { return {}; }
  const auto any = m_seen.any();
  if (!any) { return any.error(); }
  if (*any) { return {}; }
  const std::span<const alert::StoryId> left_out = std::span<const alert::StoryId>(cycle.ids).subspan(limit);
  if (auto marked = m_seen.mark(left_out); !marked) { return marked.error(); }
  m_log.info("First cycle: older stories are left out", {{"left_out", left_out.size()}, {"limit", limit}});
  cycle.summary.skipped += static_cast<int>(left_out.size());
  cycle.ids.resize(limit);
  return {};
}

// False: the cycle ends here.
bool Poller::handle(alert::StoryId id, Cycle& cycle) {
  const std::array<alert::StoryId, 1> one{id};
  const auto story = m_source.fetch(id);
  if (!story) {
    ++cycle.summary.waiting;
    m_log.info("A story has to wait", {{"story", id}, {"reason", story.error().message}});
    return true;
  }
  if (*story) {
    if (const auto raised = m_sink.raise(**story); !raised) {
      ++cycle.summary.failed;
      m_log.warning("A story was not raised", raised.error(), {{"story", id}});
      if (!may_pass(raised.error().code)) { return true; }
      cycle.summary.stopped_by = raised.error();
      return false;
    }
    ++cycle.summary.raised;
  } else {
    ++cycle.summary.skipped;
  }
  if (const auto marked = m_seen.mark(one); !marked) {
    m_log.warning("A story could not be marked as seen", marked.error(), {{"story", id}});
    cycle.summary.stopped_by = marked.error();
    return false;
  }
  return true;
}

void Poller::note_end(const Summary& summary) {
  m_stories_raised.add(summary.raised);
  m_stories_skipped.add(summary.skipped);
  m_stories_failed.add(summary.failed);
  if (!summary.stopped_by && !summary.standby) {
    m_last_success.set(static_cast<double>(m_clock.now().time_since_epoch().count()) / 1000.0);
  }
}

Result<Summary> Poller::run_once(const std::stop_token& stop) {
  const auto active = m_sink.active();
  if (!active) { return active.error(); }
  if (!*active) {
    Summary standby;
    standby.standby = true;
    return standby;
  }
  Cycle cycle;
  auto ids = unseen(cycle.summary);
  if (!ids) { return ids.error(); }
  cycle.ids = std::move(*ids);
  if (auto marked = mark_left_out(cycle); !marked) { return marked.error(); }
  std::size_t done = 0;
  bool going = true;
  while (going && done < cycle.ids.size() && !stop.stop_requested()) { going = handle(cycle.ids[done++], cycle); }
  cycle.summary.waiting += static_cast<int>(cycle.ids.size() - done);
  note_end(cycle.summary);
  return std::move(cycle.summary);
}

Status Poller::run_every(std::chrono::milliseconds interval, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto wait = interval;
    const auto cycle = run_once(stop);
    const Error* error = cycle ? (cycle->stopped_by ? &*cycle->stopped_by : nullptr) : &cycle.error();
    if (error != nullptr && error->code == ErrorCode::misconfigured) { return *error; }
    if (error != nullptr) {
      m_log.warning("The polling cycle ended early", *error);
      wait = std::max(wait, error->retry_after.value_or(wait));
    }
    if (cycle) { m_log.info("Polling cycle", {{"summary", to_sentence(*cycle)}}); }
    if (!sleep_for(stop, wait)) { break; }
  }
  return {};
}

}  // namespace bizcomms::poller
