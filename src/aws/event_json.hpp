// Events as the bodies of messages. Pure.
#pragma once

#include <string>
#include <string_view>

#include "bizcomms/alert/event.hpp"
#include "bizcomms/base/result.hpp"

namespace bizcomms::aws {

// {"version":1,"kind":1,"alert":"alert_…","batch":2,"lane":"urgent","epoch":3,"trace":"…"}
[[nodiscard]] std::string to_json(const alert::Event& event);

// Reads what to_json wrote, also inside of an SNS notification. Strict, but for the kind: one that we do not know is kept. `invalid` says
// in a sentence what is wrong, without the body.
[[nodiscard]] Result<alert::Event> event_of(std::string_view body);

}  // namespace bizcomms::aws
