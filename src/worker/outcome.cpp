#include "worker/outcome.hpp"

#include <algorithm>

namespace bizcomms::worker {

using alert::NextStep;
using alert::Outcome;

namespace {

constexpr Millis k_look_longest{std::chrono::hours{1}};
constexpr Millis k_after_grace{1};

// A provider that names a time is believed, within reason.
Millis at_least(Millis delay, const std::optional<Millis>& asked_for) {
  return asked_for ? std::clamp(*asked_for, delay, Millis{std::chrono::hours{1}}) : delay;
}

}  // namespace

Millis next_look_in(Millis since_start, const alert::DeliverySettings& settings) {
  const Millis delay = std::clamp(since_start / 2, settings.request_timeout, std::max(k_look_longest, settings.request_timeout));
  const Millis until_grace = settings.grace() - since_start + k_after_grace;
  return until_grace > Millis{0} ? std::min(delay, until_grace) : delay;
}

Outcome outcome_of(const Answered& answered, const Result<alert::ProviderId>& answer, const alert::DeliverySettings& settings,
                   Random& random) {
  Outcome outcome{.id = answered.id, .token = answered.token};
  if (answer) {
    outcome.kind = Outcome::Kind::sent;
    outcome.sid = *answer;
    return outcome;
  }
  const Error& error = answer.error();
  outcome.error_code = error.provider_code;
  outcome.reason = error.message;
  switch (alert::next_step(error.code)) {
    case NextStep::wait_for_us:
      outcome.kind = Outcome::Kind::retry;
      outcome.due_in = at_least(settings.backoff.delay(answered.refusals + 1, random), error.retry_after);
      return outcome;
    case NextStep::reconcile:
      outcome.kind = Outcome::Kind::unknown;
      outcome.due_in = next_look_in(Millis{0}, settings);
      return outcome;
    case NextStep::fail:
      break;
  }
  outcome.kind = Outcome::Kind::failed;
  return outcome;
}

}  // namespace bizcomms::worker
