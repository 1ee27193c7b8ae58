// What a run of the model is about: the alerts, what may happen to them, and which rules hold.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "bizcomms/alert/delivery.hpp"
#include "support/memory/memory_store.hpp"

namespace bizcomms::model {

using namespace std::chrono_literals;

// What the protocol relies on. A test takes one away and sees the duplicate.
struct Rules {
  bool reconciles = true;            // false: an unknown outcome is taken for "not sent"
  bool checks_lease = true;          // false: a request leaves however little is left of its lease
  bool looks_go_stale = true;        // false: "absent" is believed however long ago it was seen
  bool asks_for_other_calls = true;  // false: a call is taken for the own one though another was begun
  test::MemoryRules ledger{};
};

// How often each may happen.
struct Limits {
  int crashes = 1000;
  int freezes = 1000;
  int faults = 1000;  // requests and answers that are lost, requests that are refused
  int takeovers = 0;
  int callbacks = 3;  // of each message
};

struct Scenario {
  Rules rules{};
  std::vector<int> texts{1};  // one alert each, all to one phone; equal numbers are equal texts
  alert::Channel channel = alert::Channel::sms;
  std::vector<Millis> list_lags{0s, 75s, 150s, 225s, 5min};  // of the provider; the settings say at most 5 min
  bool messages_fail = false;                                // some do, on their way
  std::optional<alert::Resending> resending{};
  std::array<int, 4> callback_weights{2, 2, 2, 3};  // accepted, sent, final, lost
  std::vector<Millis> spans{1s,  3s,  10s,
                            20s, 70s, 240s};  // by which time passes; besides, it passes to the next moment at which something is due
  Limits limits{};
};

// The same, with another cell taking over on the way.
inline Scenario taken_over(Scenario scenario) {
  scenario.limits.takeovers = 1;
  return scenario;
}

}  // namespace bizcomms::model
