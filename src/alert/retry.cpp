#include "bizcomms/alert/retry.hpp"

#include <fmt/format.h>

namespace bizcomms::alert {

namespace {

Status wrong(std::string message) { return Error{.code = ErrorCode::misconfigured, .message = std::move(message)}; }

}  // namespace

Status DeliverySettings::check() const {
  if (request_timeout <= Millis{0}) { return wrong("The request timeout must be longer than 0; 15 s is the default."); }
  if (lease < 2 * request_timeout) {
    return wrong(
        fmt::format("The lease of an attempt ({}) must be at least twice the request timeout ({}): raise the lease or lower the timeout.",
                    to_words(lease), to_words(request_timeout)));
  }
  if (list_lag < Millis{0}) { return wrong("The list lag must not be negative; 5 min is the default."); }
  if (attempts_max < 1) { return wrong("At least one attempt must be allowed; 5 is the default."); }
  if (backoff.first <= Millis{0} || backoff.longest < backoff.first) {
    return wrong("The first waiting time between attempts must be longer than 0 and not above the longest.");
  }
  if (unknown_given_up_after <= grace()) {
    return wrong(
        fmt::format("Unknown outcomes must be looked up for longer ({}) than the grace of lease, request timeout and list lag ({}).",
                    to_words(unknown_given_up_after), to_words(grace())));
  }
  return {};
}

NextStep next_step(ErrorCode code) {
  switch (code) {
    case ErrorCode::unavailable:  // nothing left us
    case ErrorCode::rate_limited:
    case ErrorCode::misconfigured:
    case ErrorCode::unauthenticated:
      return NextStep::wait_for_us;  // nobody fails for what lies with us, or between us and the provider
    case ErrorCode::outcome_unknown:
      return NextStep::reconcile;
    case ErrorCode::invalid:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::rejected:
    case ErrorCode::internal:
      break;
  }
  return NextStep::fail;
}

}  // namespace bizcomms::alert
