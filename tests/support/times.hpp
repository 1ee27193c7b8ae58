// Every duration of a cell under test and of its simulator's lags, times one factor, so that their order stays true:
// latency < request timeout, twice that < lease < grace, the lists' lag < the one allowed for.
// At factor 1 they are the product's defaults, but for these, which would only make waiting long: 1 minute instead of 5 for the lag of
// Twilio's lists, for the longest wait between attempts and for what counts as stalled; 20 s for the breaker's longest probe; 1 to 10
// minutes until Twilio is asked for the end of what no callback has told. What is due is left 2 minutes instead of 1 to the worker that
// took it up, since the lists' answers take as long at every factor.
#pragma once

#include <string>

#include "bizcomms/base/time.hpp"
#include "support/process.hpp"

namespace bizcomms::test {

struct Times {
  explicit Times(double factor);

  Millis request_timeout;
  Millis lease;
  Millis list_lag;  // allowed for
  Millis grace;     // of lease, request timeout and list lag
  Millis visibility;

  [[nodiscard]] Millis of_minutes(int minutes) const { return of(minutes * 60.0); }

  // Of every role, as BIZCOMMS_… variables. Attempts are as many as may be, so that faults alone fail nobody.
  [[nodiscard]] Environment options() const;
  // The simulator's lags, as members of its faults: lists four fifths of what is allowed for, callbacks late and held back.
  [[nodiscard]] std::string lags() const;

private:
  [[nodiscard]] Millis of(double seconds) const;
  double m_factor;
};

}  // namespace bizcomms::test
