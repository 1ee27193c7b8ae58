// Polling as a role: HackerNews on one side, the API on the other, what was seen in the database.
#pragma once

#include "app/database.hpp"
#include "app/watch.hpp"
#include "bizcomms/hackernews/api_sink.hpp"
#include "bizcomms/hackernews/source.hpp"
#include "bizcomms/poller/poller.hpp"

namespace bizcomms::app {

// Raises stories while the own cell is the active one. The API is asked too: its address may follow failover to the other cell.
class ActiveCellSink final : public alert::StorySink {
public:
  ActiveCellSink(const Watch& watch, alert::StorySink& api) : m_watch(watch), m_api(api) {}
  Result<bool> active() override {
    const auto standing = m_watch.standing();
    if (!standing.reachable || !standing.schema_ready) { return Error{ErrorCode::unavailable, standing.problem}; }
    if (!standing.active) { return false; }
    return m_api.active();
  }
  Status raise(const alert::Story& story) override { return m_api.raise(story); }

private:
  const Watch& m_watch;
  alert::StorySink& m_api;
};

// For one thread. All given must outlive it.
class PollRole {
public:
  PollRole(const Settings& settings, Ground& ground, Database& database, const Watch& watch, http::Client& client)
      : m_source(settings.hackernews, client, ground.log),
        m_api(settings.story_api, client, ground.telemetry.tracer()),
        m_sink(watch, m_api),
        m_poller(settings.poller, m_source, database.stories(), m_sink, ground.log, ground.metrics, ground.clock) {}

  [[nodiscard]] poller::Poller& poller() { return m_poller; }

private:
  hackernews::HackerNewsSource m_source;
  hackernews::ApiSink m_api;
  ActiveCellSink m_sink;
  poller::Poller m_poller;
};

}  // namespace bizcomms::app
