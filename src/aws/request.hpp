// A call as an HTTP request, not yet signed. Pure.
#pragma once

#include <string>

#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

[[nodiscard]] http::ClientRequest request_of(const Call& call, std::string url, Millis timeout);

// What the call is about, read from its body: "the queue https://…", "the table bizcomms"; "the table" where it says no name.
[[nodiscard]] std::string subject_of(const Call& call);

}  // namespace bizcomms::aws
