// What becomes of an attempt, from the provider's answer. Pure.
#pragma once

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/alert/retry.hpp"
#include "bizcomms/alert/sending.hpp"
#include "bizcomms/base/random.hpp"

namespace bizcomms::worker {

// The attempt that was answered.
struct Answered {
  alert::DeliveryId id{};
  alert::AttemptToken token{};
  int refusals = 0;  // of this delivery before it, in a row
};

[[nodiscard]] alert::Outcome outcome_of(const Answered& answered, const Result<alert::ProviderId>& answer,
                                        const alert::DeliverySettings& settings, Random& random);

// When an outcome that stayed unknown is looked up next, so long after the attempt's start: again after half as long, never
// sooner than a request may take; and once just after the grace, when "absent" can be told.
[[nodiscard]] Millis next_look_in(Millis since_start, const alert::DeliverySettings& settings);

}  // namespace bizcomms::worker
