#include "worker/judgement.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "worker/outcome.hpp"

namespace bizcomms::worker {

using alert::Candidate;

namespace {

constexpr int k_looks_for_absent = 2;
constexpr std::chrono::minutes k_candidates_before{1};  // so long before the start they may have been created, by the provider's clock

std::vector<Candidate> unclaimed(const Seen& seen) {
  std::vector<Candidate> open;
  for (std::size_t i = 0; i < seen.candidates.size(); ++i) {
    const bool is_claimed = i < seen.claimed.size() && seen.claimed[i];
    if (!is_claimed) { open.push_back(seen.candidates[i]); }
  }
  return open;
}

// Equal texts to one number cannot be told apart: the nearest to the start is as good as any. Calls carry no text, so only a
// single one speaks for itself, and only where no other was begun.
std::optional<alert::ProviderId> match(const std::vector<Candidate>& open, bool contested, alert::Channel channel, Time started_at) {
  if (channel == alert::Channel::voice && (open.size() != 1 || contested)) { return std::nullopt; }
  const Candidate* best = nullptr;
  const auto distance = [&](const Candidate& candidate) { return std::chrono::abs(candidate.created_at - started_at); };
  for (const Candidate& candidate : open) {
    if (candidate.same_body && (best == nullptr || distance(candidate) < distance(*best))) { best = &candidate; }
  }
  return best == nullptr ? std::nullopt : std::optional(best->sid);
}

Judgement cannot_tell(Millis since_start, bool looked, const alert::DeliverySettings& settings) {
  if (since_start >= settings.unknown_given_up_after) {
    return {.kind = Judgement::Kind::given_up, .reason = "Outcome unknown, not sent again."};
  }
  return {.kind = Judgement::Kind::cannot_tell, .look_in = next_look_in(since_start, settings), .looked = looked};
}

}  // namespace

Time sought_since(const alert::Delivery& delivery) {
  return is_inherited(delivery.attempt) ? delivery.id.alert.uuid.time() : delivery.attempt.started_at;
}

Time contested_since(const alert::Delivery& delivery, const alert::DeliverySettings& settings) {
  return sought_since(delivery) - k_candidates_before - settings.lease - settings.request_timeout;
}

Judgement judge(const alert::Delivery& delivery, Time now, const std::optional<Seen>& seen, const alert::DeliverySettings& settings) {
  const alert::Attempt& attempt = delivery.attempt;
  const Millis since_start = std::max(now - attempt.started_at, Millis{0});
  if (!seen) { return cannot_tell(since_start, false, settings); }
  const auto open = unclaimed(*seen);
  if (auto sid = match(open, seen->contested, delivery.id.channel, attempt.started_at)) {
    return {.kind = Judgement::Kind::found, .sid = std::move(sid)};
  }
  if (!open.empty()) { return cannot_tell(since_start, false, settings); }
  const bool surely_absent = attempt.looks + 1 >= k_looks_for_absent && since_start > settings.grace();
  if (!surely_absent) {  // however old: it was not looked at before
    return {.kind = Judgement::Kind::cannot_tell, .look_in = next_look_in(since_start, settings), .looked = true};
  }
  if (attempt.number < settings.attempts_max) { return {.kind = Judgement::Kind::absent}; }
  return {.kind = Judgement::Kind::given_up,
          .reason = fmt::format("The provider took none of {} {}.", attempt.number, attempt.number == 1 ? "attempt" : "attempts")};
}

}  // namespace bizcomms::worker
