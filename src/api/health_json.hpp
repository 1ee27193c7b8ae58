// The answer of GET /health. Pure.
#pragma once

#include "bizcomms/api/api.hpp"

namespace bizcomms::api {

[[nodiscard]] http::Response health_answer(const Health& health);

}  // namespace bizcomms::api
