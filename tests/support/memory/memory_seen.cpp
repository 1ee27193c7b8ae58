#include "support/memory/memory_seen.hpp"

namespace bizcomms::test {

using namespace alert;

Result<std::vector<bool>> MemorySeen::seen(std::span<const StoryId> ids) {
  const std::scoped_lock lock(m_mutex);
  std::vector<bool> answers;
  for (const StoryId id : ids) { answers.push_back(m_ids.contains(id)); }
  return answers;
}

Status MemorySeen::mark(std::span<const StoryId> ids) {
  const std::scoped_lock lock(m_mutex);
  m_ids.insert(ids.begin(), ids.end());
  return {};
}

Result<bool> MemorySeen::any() {
  const std::scoped_lock lock(m_mutex);
  return !m_ids.empty();
}

}  // namespace bizcomms::test
