#include "support/memory/memory_state.hpp"

#include <algorithm>

namespace bizcomms::test {

using namespace alert;

namespace {

template <class Map, class Key>
auto* found_in(Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

AlertRow* MemoryState::alert(AlertId id) { return found_in(alerts, id); }
RecipientRow* MemoryState::recipient(RecipientId id) { return found_in(recipients, id); }
DeliveryRow* MemoryState::delivery(const DeliveryId& id) { return found_in(deliveries, id); }

BatchRow* MemoryState::batch(AlertId id, std::int32_t number) {
  AlertRow* row = alert(id);
  return row == nullptr ? nullptr : found_in(row->batches, number);
}

RecipientRow* MemoryState::recipient_by_number(const std::string& phone_number) {
  for (auto& [id, row] : recipients) {
    if (row.recipient.content.phone_number == phone_number) { return &row; }
  }
  return nullptr;
}

bool MemoryState::matches(const Alert& alert, const RecipientRow& row) {
  const Filter& filter = alert.content.filter;
  const RecipientDraft& content = row.recipient.content;
  if (row.recipient.created_at > alert.created_at || (filter.active_only && !content.active)) { return false; }
  const auto has = [&](const std::string& tag) { return std::find(content.tags.begin(), content.tags.end(), tag) != content.tags.end(); };
  if (filter.tags.empty()) { return true; }
  return filter.match_all_tags ? std::all_of(filter.tags.begin(), filter.tags.end(), has)
                               : std::any_of(filter.tags.begin(), filter.tags.end(), has);
}

std::vector<const RecipientRow*> MemoryState::matching(const Alert& alert) const {
  std::vector<const RecipientRow*> found;
  for (const auto& [id, row] : recipients) {
    if (matches(alert, row)) { found.push_back(&row); }
  }
  return found;
}

std::vector<const RecipientRow*> MemoryState::members(const Alert& alert, const BatchRow& batch) const {
  std::vector<const RecipientRow*> found = matching(alert);
  std::erase_if(found, [&](const RecipientRow* row) { return row->recipient.id < batch.first || row->recipient.id > batch.last; });
  return found;
}

std::vector<DeliveryRow*> MemoryState::deliveries_of(AlertId id, std::int32_t batch) {
  std::vector<DeliveryRow*> found;
  const DeliveryId first{.alert = id, .batch = batch, .recipient = {}, .channel = Channel::sms};
  for (auto at = deliveries.lower_bound(first); at != deliveries.end(); ++at) {
    if (at->first.alert != id || at->first.batch != batch) { break; }
    found.push_back(&at->second);
  }
  return found;
}

std::vector<DeliveryId> MemoryState::not_begun(const Alert& alert, std::int32_t number, const BatchRow& batch) const {
  std::vector<DeliveryId> missing;
  for (const RecipientRow* row : members(alert, batch)) {
    for (const Channel channel : {Channel::sms, Channel::voice}) {
      const DeliveryId id{.alert = alert.id, .batch = number, .recipient = row->recipient.id, .channel = channel};
      const bool wanted = uses(alert.content.method, channel) && channel_enabled(row->recipient.content.preferences, channel);
      if (wanted && !deliveries.contains(id)) { missing.push_back(id); }
    }
  }
  return missing;
}

void MemoryState::put_event(EventKind kind, const Alert& alert, std::int32_t batch) {
  outbox.push_back({.event = {.kind = kind,
                              .alert = alert.id,
                              .batch = batch,
                              .lane = lane_of(alert.content.priority),
                              .epoch = alert.epoch,
                              .trace = alert.trace}});
}

}  // namespace bizcomms::test
