// SeenStories in memory.
#pragma once

#include <mutex>
#include <set>

#include "bizcomms/alert/stories.hpp"

namespace bizcomms::test {

// Thread-safe.
class MemorySeen final : public alert::SeenStories {
public:
  Result<std::vector<bool>> seen(std::span<const alert::StoryId> ids) override;
  Status mark(std::span<const alert::StoryId> ids) override;
  Result<bool> any() override;

private:
  std::mutex m_mutex;  // guards m_ids
  std::set<alert::StoryId> m_ids;
};

}  // namespace bizcomms::test
