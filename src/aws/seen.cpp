#include "bizcomms/aws/seen.hpp"

#include <set>

#include "aws/items.hpp"

namespace bizcomms::aws {

using alert::StoryId;

namespace {

const ItemKey k_first_cycle{"seen", "any"};

ItemKey story_key(StoryId id) { return {"seen", std::to_string(id)}; }

std::string item_of(const ItemKey& key, std::optional<std::int64_t> expires_at) {
  json::Writer writer;
  writer.begin_object();
  AttributeWriter attributes(writer);
  write_key(attributes, key);
  if (expires_at) { attributes.number("ttl", *expires_at); }
  writer.end_object();
  return writer.take();
}

class DynamoSeenStories final : public alert::SeenStories {
public:
  DynamoSeenStories(Client& client, const LedgerSettings& settings)
      : m_client(client), m_kept(settings.kept), m_items(client, settings.table) {}
  Result<std::vector<bool>> seen(std::span<const StoryId> ids) override;
  Status mark(std::span<const StoryId> ids) override;
  Result<bool> any() override;

private:
  Client& m_client;
  const Millis m_kept;
  Items m_items;
};

Result<std::vector<bool>> DynamoSeenStories::seen(std::span<const StoryId> ids) {
  std::vector<ItemKey> keys;
  for (const StoryId id : ids) { keys.push_back(story_key(id)); }
  std::set<ItemKey> found;
  const auto got = m_items.get(std::move(keys), [&](const AttributeReader& item) { found.insert(key_in(item)); });
  if (!got) { return got.error(); }
  std::vector<bool> answers;
  for (const StoryId id : ids) { answers.push_back(found.contains(story_key(id))); }
  return answers;
}

Status DynamoSeenStories::mark(std::span<const StoryId> ids) {
  if (ids.empty()) { return {}; }
  const auto expires_at = std::chrono::floor<std::chrono::seconds>(m_client.service_time() + m_kept).time_since_epoch().count();
  std::vector<std::string> items;
  for (const StoryId id : std::set<StoryId>(ids.begin(), ids.end())) { items.push_back(item_of(story_key(id), expires_at)); }
  if (auto put = m_items.put(std::move(items)); !put) { return put; }
  return m_items.put({item_of(k_first_cycle, std::nullopt)});  // last: until all are marked, the first cycle is not over
}

Result<bool> DynamoSeenStories::any() {
  bool any = false;
  const auto got = m_items.get({k_first_cycle}, [&](const AttributeReader&) { any = true; });
  if (!got) { return got.error(); }
  return any;
}

}  // namespace

std::unique_ptr<alert::SeenStories> dynamo_seen_stories(Client& client, const LedgerSettings& settings) {
  return std::make_unique<DynamoSeenStories>(client, settings);
}

}  // namespace bizcomms::aws
