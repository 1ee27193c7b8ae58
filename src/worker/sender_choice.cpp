#include "worker/sender_choice.hpp"

#include <algorithm>

namespace bizcomms::worker {

namespace {

// FNV-1a with a final mix (MurmurHash3's), for its low bits are poor. Stable over versions: it must not depend on std::hash.
std::uint64_t weight(const std::string& sender, const alert::RecipientId& recipient) {
  std::uint64_t value = 14'695'981'039'346'656'037ULL;
  const auto take = [&](std::uint8_t byte) { value = (value ^ byte) * 1'099'511'628'211ULL; };
  for (const char c : sender) { take(static_cast<std::uint8_t>(c)); }
  for (const std::uint8_t byte : recipient.uuid.bytes) { take(byte); }
  value = (value ^ (value >> 33U)) * 0xff51afd7ed558ccdULL;
  value = (value ^ (value >> 33U)) * 0xc4ceb9fe1a85ec53ULL;
  return value ^ (value >> 33U);
}

std::optional<std::size_t> known_sender(const std::optional<std::string>& stored, const std::vector<std::string>& senders) {
  if (!stored) { return std::nullopt; }
  const auto found = std::find(senders.begin(), senders.end(), *stored);
  return found == senders.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - senders.begin()));
}

// The heaviest of those that `is_open` lets in.
template <class IsOpen>
std::size_t heaviest(alert::RecipientId recipient, const std::vector<std::string>& senders, const IsOpen& is_open) {
  std::optional<std::pair<std::uint64_t, std::size_t>> best;
  for (std::size_t i = 0; i < senders.size(); ++i) {
    if (!is_open(i)) { continue; }
    const std::pair candidate{weight(senders[i], recipient), i};
    if (!best || candidate.first > best->first) { best = candidate; }
  }
  return best->second;
}

}  // namespace

std::vector<std::uint16_t> chosen_senders(std::span<const alert::BatchMember> members, const std::vector<std::string>& senders) {
  std::vector<std::uint16_t> chosen(members.size(), 0);
  if (senders.size() == 1) { return chosen; }
  std::vector<int> used(senders.size(), 0);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (const auto known = known_sender(members[i].sender, senders)) {
      chosen[i] = static_cast<std::uint16_t>(*known);
      ++used[*known];
    } else {
      open.push_back(i);
    }
  }
  for (const std::size_t i : open) {
    const int least = *std::min_element(used.begin(), used.end());
    const std::size_t sender = heaviest(members[i].recipient, senders, [&](std::size_t each) { return used[each] == least; });
    chosen[i] = static_cast<std::uint16_t>(sender);
    ++used[sender];
  }
  return chosen;
}

std::size_t chosen_sender(const std::optional<std::string>& stored, alert::RecipientId recipient, const std::vector<std::string>& senders) {
  if (senders.size() == 1) { return 0; }
  if (const auto known = known_sender(stored, senders)) { return *known; }
  return heaviest(recipient, senders, [](std::size_t) { return true; });
}

}  // namespace bizcomms::worker
