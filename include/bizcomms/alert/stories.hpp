// Ports of the poller. Implementations of SeenStories: PostgreSQL (store), DynamoDB (aws), in-memory (tests/support).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bizcomms/base/result.hpp"

namespace bizcomms::alert {

using StoryId = std::int64_t;

struct Story {
  StoryId id = 0;
  std::string title;  // plain text, entities decoded
  std::string url;    // its own, or its page
};

class StorySource {
public:
  virtual ~StorySource() = default;
  virtual Result<std::vector<StoryId>> top(int count) = 0;  // in rank order
  // Nothing: skip it for good (job, comment, dead, deleted). `unavailable`: not there yet, or no answer; try again next cycle.
  virtual Result<std::optional<Story>> fetch(StoryId id) = 0;
};

class SeenStories {
public:
  virtual ~SeenStories() = default;
  virtual Result<std::vector<bool>> seen(std::span<const StoryId> ids) = 0;
  virtual Status mark(std::span<const StoryId> ids) = 0;
  virtual Result<bool> any() = 0;  // false before the first cycle ever
};

// Where stories become alerts. Raising one story again raises nothing: its id is the idempotency key.
class StorySink {
public:
  virtual ~StorySink() = default;
  // Whether the cell that takes the alerts is active; a standby is not polled for.
  virtual Result<bool> active() = 0;
  // Success: the alert stands, now or since an earlier try. `misconfigured`: key or address; `rate_limited`, `unavailable`: later
  // (retry_after); `outcome_unknown`: try again; `invalid`: this story is refused as it is.
  virtual Status raise(const Story& story) = 0;
};

}  // namespace bizcomms::alert
