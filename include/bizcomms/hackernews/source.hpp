// The HackerNews API as a source of stories. Source of facts: the HackerNews/API README; Firebase answers 200 with `null` for what is not
// there (yet).
#pragma once

#include <chrono>
#include <string>

#include "bizcomms/alert/stories.hpp"
#include "bizcomms/base/backoff.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/random.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::hackernews {

struct SourceSettings {
  std::string base_url = "https://hacker-news.firebaseio.com";  // "/v0/…" is put behind it
  std::chrono::milliseconds timeout{10'000};                    // of one request
  int tries = 3;                                                // of one request: 429, 5xx and lost connections are tried again
  Backoff backoff{std::chrono::milliseconds{500}, std::chrono::seconds{5}};
};

// Stories, Ask, Show and polls are stories; jobs, comments, poll options, dead and deleted items are skipped for good.
// Blocks; for one thread.
class HackerNewsSource final : public alert::StorySource {
public:
  HackerNewsSource(SourceSettings settings, http::Client& client, const Log& log);
  // `unavailable`: no usable answer.
  Result<std::vector<alert::StoryId>> top(int count) override;
  Result<std::optional<alert::Story>> fetch(alert::StoryId id) override;

private:
  [[nodiscard]] Result<std::string> get(const std::string& path);

  SourceSettings m_settings;
  http::Client& m_client;
  Log m_log;
  Random m_random;
};

// "https://news.ycombinator.com/item?id=8863"
[[nodiscard]] std::string page_of(alert::StoryId id);

}  // namespace bizcomms::hackernews
