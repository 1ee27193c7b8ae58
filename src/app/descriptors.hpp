// How many files and sockets this process may have open.
#pragma once

#include "bizcomms/base/log.hpp"

namespace bizcomms::app {

// Raises the soft limit to the hard one: many systems give 1,024, and a server out of descriptors can neither accept connections nor
// reach its database. The connections that a server may have then, `wanted` at most; told to the log where it is less.
[[nodiscard]] int connections_within_descriptors(int wanted, const Log& log);

}  // namespace bizcomms::app
