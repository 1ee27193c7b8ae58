// What single options cannot say: what must hold between them.
#pragma once

#include "app/option.hpp"
#include "app/settings.hpp"

namespace bizcomms::app {

// `misconfigured`; a field for each thing that is wrong, or the message alone.
[[nodiscard]] Status check_settings(const Settings& settings, Role role);

}  // namespace bizcomms::app
