// The other cell, asked by its GET /health.
#pragma once

#include <string>

#include "app/witness.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::app {

// `url` is the peer's own base URL, never the name that follows failover; `own_cell` answering there is `misconfigured`. `unavailable`: no
// answer, or one of a cell that cannot see its database.
[[nodiscard]] Result<Sighting> ask_peer(http::Client& client, const std::string& url, const std::string& own_cell);

}  // namespace bizcomms::app
