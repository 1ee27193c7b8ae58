#include "worker/breakers.hpp"

#include <algorithm>

namespace bizcomms::worker {

namespace {

bool is_of_account(const Error& error) {
  return std::any_of(error.fields.begin(), error.fields.end(), [](const FieldError& field) { return field.field == "account"; });
}

}  // namespace

Breakers::Breakers(const BreakerSettings& settings, std::size_t senders) : m_whole(settings), m_senders(senders, Breaker(settings)) {}

void Breakers::departed(std::size_t sender, SteadyTime now) {
  m_whole.departed(now);
  m_senders[sender].departed(now);
}

std::vector<BreakerChange> Breakers::learn(std::size_t sender, const Error* error, SteadyTime left_at, SteadyTime now) {
  std::vector<BreakerChange> changes;
  const auto note = [&](Breaker::Change change, std::optional<std::size_t> which) {
    if (change != Breaker::Change::none) { changes.push_back({change, which}); }
  };
  const auto well = [&] {
    note(m_whole.succeeded(left_at, now), std::nullopt);
    note(m_senders[sender].succeeded(left_at, now), sender);
  };
  if (error == nullptr) {
    well();
    return changes;
  }
  switch (error->code) {
    case ErrorCode::unavailable:
    case ErrorCode::outcome_unknown:
      note(m_whole.failed(left_at, now), std::nullopt);
      break;
    case ErrorCode::unauthenticated:
      note(m_whole.trip(left_at, now), std::nullopt);
      break;
    case ErrorCode::misconfigured:
      if (is_of_account(*error)) {
        note(m_whole.trip(left_at, now), std::nullopt);
        break;
      }
      note(m_whole.succeeded(left_at, now), std::nullopt);
      note(m_senders[sender].trip(left_at, now), sender);
      break;
    case ErrorCode::rate_limited:  // alive, and no word about the sender
      note(m_whole.succeeded(left_at, now), std::nullopt);
      break;
    case ErrorCode::invalid:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::rejected:
    case ErrorCode::internal:
      well();
      break;
  }
  return changes;
}

bool Breakers::may_send(SteadyTime now) const {
  if (m_whole.allowance(now) == Breaker::Allowance::none) { return false; }
  return std::any_of(m_senders.begin(), m_senders.end(),
                     [&](const Breaker& breaker) { return breaker.allowance(now) != Breaker::Allowance::none; });
}

Millis Breakers::until_probe(SteadyTime now) const {
  Millis soonest = Millis::max();
  for (const Breaker& breaker : m_senders) { soonest = std::min(soonest, breaker.until_probe(now)); }
  return std::max(m_whole.until_probe(now), soonest);
}

int Breakers::senders_stopped() const {
  return static_cast<int>(std::count_if(m_senders.begin(), m_senders.end(), [](const Breaker& breaker) { return breaker.is_open(); }));
}

}  // namespace bizcomms::worker
