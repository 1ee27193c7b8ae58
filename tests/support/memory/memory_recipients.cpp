// MemoryStore: recipients and opt-outs.
#include <algorithm>

#include <fmt/format.h>

#include "bizcomms/alert/validation.hpp"
#include "support/memory/memory_store.hpp"

namespace bizcomms::test {

using namespace alert;

namespace {

Error no_recipient() { return {.code = ErrorCode::not_found, .message = "There is no such recipient."}; }

Error number_taken(RecipientId by) {
  return {.code = ErrorCode::conflict,
          .message = fmt::format("The recipient {} has this phone number already.", by.to_string()),
          .fields = {{"phone_number", fmt::format("belongs to {}", by.to_string())}}};
}

bool passes(const Recipient& recipient, const RecipientQuery& query) {
  const auto& tags = recipient.content.tags;
  if (query.after && recipient.id <= *query.after) { return false; }
  if (query.active && recipient.content.active != *query.active) { return false; }
  return !query.tag || std::find(tags.begin(), tags.end(), *query.tag) != tags.end();
}

}  // namespace

Recipient MemoryStore::shown(const RecipientRow& row) const {
  Recipient recipient = row.recipient;
  const auto found = m_state.opt_outs.find(recipient.content.phone_number);
  if (found != m_state.opt_outs.end()) { recipient.opted_out = found->second; }
  return recipient;
}

Result<Recipient> MemoryStore::create(RecipientId id, const RecipientDraft& draft) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  if (const RecipientRow* other = m_state.recipient_by_number(draft.phone_number)) { return number_taken(other->recipient.id); }
  Recipient made{.id = id, .content = draft, .opted_out = {}, .created_at = id.uuid.time(), .updated_at = id.uuid.time()};
  const auto [at, inserted] = m_state.recipients.emplace(id, RecipientRow{.recipient = std::move(made), .sender = {}});
  return shown(at->second);
}

Result<Recipient> MemoryStore::get(RecipientId id) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  const RecipientRow* row = m_state.recipient(id);
  if (row == nullptr) { return no_recipient(); }
  return shown(*row);
}

Result<Page<Recipient, RecipientId>> MemoryStore::list(const RecipientQuery& query) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  Page<Recipient, RecipientId> page;
  for (const auto& [id, row] : m_state.recipients) {
    if (!passes(row.recipient, query)) { continue; }
    if (std::ssize(page.items) == query.limit) {
      page.next = page.items.back().id;
      break;
    }
    page.items.push_back(shown(row));
  }
  return page;
}

Result<Recipient> MemoryStore::change(RecipientId id, const RecipientChange& change) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  RecipientRow* row = m_state.recipient(id);
  if (row == nullptr) { return no_recipient(); }
  if (change.phone_number) {
    const RecipientRow* other = m_state.recipient_by_number(*change.phone_number);
    if (other != nullptr && other != row) { return number_taken(other->recipient.id); }
  }
  row->recipient.content = changed(std::move(row->recipient.content), change);
  row->recipient.updated_at = std::max(m_clock.now(), row->recipient.updated_at);
  return shown(*row);
}

Status MemoryStore::erase(RecipientId id) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  if (m_state.recipients.erase(id) == 0) { return no_recipient(); }
  for (auto& [delivery_id, row] : m_state.deliveries) {
    if (delivery_id.recipient == id) { row.delivery.phone_number.reset(); }
  }
  return {};
}

// False for a message that was heeded before, and for one that is older than what that number wrote last.
bool MemoryStore::is_news(const std::string& number, std::optional<Time> at, const ProviderId& message) {
  const bool later = at && std::any_of(m_state.heeded.begin(), m_state.heeded.end(),
                                       [&](const auto& each) { return each.second.number == number && each.second.at > *at; });
  const bool first = message.empty() || m_state.heeded.emplace(message, MemoryState::Heeded{number, at.value_or(m_clock.now())}).second;
  return first && !later;
}

Result<bool> MemoryStore::opt_out(const std::string& phone_number, const std::string& by, std::optional<Time> at,
                                  const ProviderId& message) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  return is_news(phone_number, at, message) && m_state.opt_outs.emplace(phone_number, OptOut{at.value_or(m_clock.now()), by}).second;
}

Result<bool> MemoryStore::opt_in(const std::string& phone_number, std::optional<Time> at, const ProviderId& message) {
  const std::scoped_lock lock(m_mutex);
  if (auto error = down()) { return *error; }
  if (!is_news(phone_number, at, message)) { return false; }
  const auto known = m_state.opt_outs.find(phone_number);
  if (known == m_state.opt_outs.end() || (at && known->second.at > *at)) { return false; }
  m_state.opt_outs.erase(known);
  return true;
}

}  // namespace bizcomms::test
