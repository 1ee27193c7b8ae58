// How the simulated Twilio behaves and misbehaves. Set at the start, changed while it runs by PUT /simulator/faults, whose member
// names are those of this struct (times as …_min_ms, …_max_ms). Probabilities are 0..1.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::simulator {

struct Range {
  Millis min{0};
  Millis max{0};
};

// What goes wrong with one request. "before": nothing was taken; "after": the message or call exists.
enum class Fault : unsigned char {
  none,
  throttle,
  error_before,
  error_after,
  hang_before,
  hang_after,
  reset_before,
  reset_after,
  garbled_after
};

struct RecipientFault {
  std::string to;  // E.164
  Fault fault = Fault::none;
  int times = 0;          // the first so many requests of this recipient; 0: all
  int refuse = 0;         // Twilio's code in the answer to the request: 21614, 21408, …
  int error_code = 0;     // Twilio's code in the message's or call's end: 30003, 30007, …
  std::string call = {};  // how calls end: "busy", "no-answer", "failed"; empty: answered
};

struct Behaviour {
  // Requests that create
  double throttle = 0;      // 429 / 20429, not processed
  double error_before = 0;  // 503 / 20503
  double error_after = 0;   // 500 / 20500
  double hang_before = 0;   // no answer at all
  double hang_after = 0;
  double reset_before = 0;  // RST without a response byte
  double reset_after = 0;
  double garbled_after = 0;  // 201 with half a body
  // Requests that read
  double read_throttle = 0;
  double read_error = 0;
  double read_hang = 0;
  double read_reset = 0;
  // All requests
  Range latency = {};
  double slow = 0;  // this part of them takes slow_latency on top
  Range slow_latency{std::chrono::seconds{1}, std::chrono::seconds{5}};
  int concurrency_max = 0;  // requests in flight of the account, above: 429; 0: no limit
  // Lists
  Range list_lag = {};  // from acceptance until a message or call can be listed
  // The way to the phone
  Range sending{Millis{20}, Millis{80}};      // from queued to sent
  Range delivering{Millis{50}, Millis{300}};  // from sent to delivered
  double undelivered = 0;                     // this part ends with 30003, 30005 or 30008
  int segments_per_second = 0;                // of one sender; 0: no limit
  int calls_per_second = 0;                   // of the account; 0: no limit
  Range ringing{Millis{500}, Millis{1500}};
  Millis call_length{20'000};     // answered calls; keys can be pressed so long
  Millis no_answer_after{3'000};  // instead of the caller's Timeout, which would be a minute
  // Webhooks
  Range callback_delay = {};
  double callback_loss = 0;
  double callback_duplication = 0;  // sent once more, with a delay of its own
  double callback_reordering = 0;   // held back by callback_held
  Range callback_held{Millis{500}, Millis{2'000}};
  // The account
  bool trial = false;             // bodies begin with "Sent from your Twilio trial account - "
  bool test_credentials = false;  // Twilio's magic numbers; no reading, no callbacks
  bool advanced_opt_out = false;  // with a messaging service, 21610 comes after a 201
  std::vector<RecipientFault> recipients = {};
};

// `invalid` with a field for each wrong or unknown member. What is absent stays as in `base`; `recipients` is replaced as a whole.
[[nodiscard]] Result<Behaviour> parse_behaviour(const std::string& json, const Behaviour& base);
[[nodiscard]] std::string to_json(const Behaviour& behaviour);

}  // namespace bizcomms::simulator
