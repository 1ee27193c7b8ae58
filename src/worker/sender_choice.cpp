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

}  // namespace

std::size_t chosen_sender(const std::optional<std::string>& stored, alert::RecipientId recipient, const std::vector<std::string>& senders) {
  if (senders.size() == 1) { return 0; }
  if (stored) {
    const auto found = std::find(senders.begin(), senders.end(), *stored);
    if (found != senders.end()) { return static_cast<std::size_t>(found - senders.begin()); }
  }
  std::size_t best = 0;
  std::uint64_t best_weight = 0;
  for (std::size_t i = 0; i < senders.size(); ++i) {
    const std::uint64_t candidate = weight(senders[i], recipient);
    if (i == 0 || candidate > best_weight) {
      best = i;
      best_weight = candidate;
    }
  }
  return best;
}

}  // namespace bizcomms::worker
