// The one table of Behaviour's members by name.
#pragma once

#include <span>
#include <string_view>
#include <variant>

#include "bizcomms/simulator/behaviour.hpp"

namespace bizcomms::simulator {

struct Knob {
  std::string_view name;
  std::variant<double Behaviour::*, Range Behaviour::*, Millis Behaviour::*, int Behaviour::*, bool Behaviour::*> member;
};

[[nodiscard]] std::span<const Knob> knobs();

[[nodiscard]] std::string_view to_string(Fault fault);
[[nodiscard]] bool parse_fault(std::string_view text, Fault& fault);

}  // namespace bizcomms::simulator
