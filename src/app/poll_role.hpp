// Polling as a role: HackerNews on one side, the API on the other, what was seen in the database.
#pragma once

#include "app/database.hpp"
#include "bizcomms/hackernews/api_sink.hpp"
#include "bizcomms/hackernews/source.hpp"
#include "bizcomms/poller/poller.hpp"

namespace bizcomms::app {

// For one thread. All given must outlive it.
class PollRole {
public:
  PollRole(const Settings& settings, Ground& ground, Database& database, http::Client& client)
      : m_source(settings.hackernews, client, ground.log),
        m_sink(settings.story_api, client),
        m_poller(settings.poller, m_source, database.stories(), m_sink, ground.log, ground.metrics, ground.clock) {}

  [[nodiscard]] poller::Poller& poller() { return m_poller; }

private:
  hackernews::HackerNewsSource m_source;
  hackernews::ApiSink m_sink;
  poller::Poller m_poller;
};

}  // namespace bizcomms::app
