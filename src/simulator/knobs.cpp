#include "simulator/knobs.hpp"

#include <array>
#include <utility>

namespace bizcomms::simulator {
namespace {

constexpr std::array<Knob, 33> k_knobs{{
    {"throttle", &Behaviour::throttle},
    {"error_before", &Behaviour::error_before},
    {"error_after", &Behaviour::error_after},
    {"hang_before", &Behaviour::hang_before},
    {"hang_after", &Behaviour::hang_after},
    {"reset_before", &Behaviour::reset_before},
    {"reset_after", &Behaviour::reset_after},
    {"garbled_after", &Behaviour::garbled_after},
    {"read_throttle", &Behaviour::read_throttle},
    {"read_error", &Behaviour::read_error},
    {"read_hang", &Behaviour::read_hang},
    {"read_reset", &Behaviour::read_reset},
    {"latency", &Behaviour::latency},
    {"slow", &Behaviour::slow},
    {"slow_latency", &Behaviour::slow_latency},
    {"concurrency_max", &Behaviour::concurrency_max},
    {"list_lag", &Behaviour::list_lag},
    {"sending", &Behaviour::sending},
    {"delivering", &Behaviour::delivering},
    {"undelivered", &Behaviour::undelivered},
    {"segments_per_second", &Behaviour::segments_per_second},
    {"calls_per_second", &Behaviour::calls_per_second},
    {"ringing", &Behaviour::ringing},
    {"call_length_ms", &Behaviour::call_length},
    {"no_answer_after_ms", &Behaviour::no_answer_after},
    {"callback_delay", &Behaviour::callback_delay},
    {"callback_loss", &Behaviour::callback_loss},
    {"callback_duplication", &Behaviour::callback_duplication},
    {"callback_reordering", &Behaviour::callback_reordering},
    {"callback_held", &Behaviour::callback_held},
    {"trial", &Behaviour::trial},
    {"test_credentials", &Behaviour::test_credentials},
    {"advanced_opt_out", &Behaviour::advanced_opt_out},
}};

constexpr std::array<std::pair<Fault, std::string_view>, 9> k_faults{{{Fault::none, "none"},
                                                                      {Fault::throttle, "throttle"},
                                                                      {Fault::error_before, "error_before"},
                                                                      {Fault::error_after, "error_after"},
                                                                      {Fault::hang_before, "hang_before"},
                                                                      {Fault::hang_after, "hang_after"},
                                                                      {Fault::reset_before, "reset_before"},
                                                                      {Fault::reset_after, "reset_after"},
                                                                      {Fault::garbled_after, "garbled_after"}}};

}  // namespace

std::span<const Knob> knobs() { return k_knobs; }

std::string_view to_string(Fault fault) {
  for (const auto& [value, name] : k_faults) {
    if (value == fault) { return name; }
  }
  return "none";
}

bool parse_fault(std::string_view text, Fault& fault) {
  for (const auto& [value, name] : k_faults) {
    if (name != text) { continue; }
    fault = value;
    return true;
  }
  return false;
}

}  // namespace bizcomms::simulator
