#include "bizcomms/base/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace bizcomms {

const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::rejected:
      return "rejected";
    case ErrorCode::rate_limited:
      return "rate_limited";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::misconfigured:
      return "misconfigured";
    case ErrorCode::outcome_unknown:
      return "outcome_unknown";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

bool may_pass(ErrorCode code) {
  switch (code) {
    case ErrorCode::unavailable:
    case ErrorCode::rate_limited:
    case ErrorCode::outcome_unknown:
    case ErrorCode::misconfigured:
    case ErrorCode::unauthenticated:
      return true;
    case ErrorCode::invalid:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::rejected:
    case ErrorCode::internal:
      break;
  }
  return false;
}

void fail_check(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "bizcomms: a check failed: %s (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace bizcomms
