// What the end of one attempt means. Pure. Source: AWS SDK reference guide, "Retry behavior"; the services' lists of errors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aws/service.hpp"
#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

enum class Meaning : std::uint8_t {
  done,
  refused,      // for the caller to judge
  busy,         // too much was asked, or of too many at once: not done, later
  trouble,      // out of order: later, and it may have been done
  unreachable,  // nothing was sent: later
  lost,         // no whole answer came: it may have been done
  clock_off,    // our date is too far from the service's
  key_refused,  // another access key may be taken
  // Ours to repair:
  denied,
  absent,      // no such queue, topic, table, secret
  encryption,  // its encryption key cannot be used
  signature,   // the secret of the access key is not that one
  insecure,    // http where https is asked for
  foreign,     // no answer of AWS's
};

struct Ending {
  Meaning meaning = Meaning::done;
  std::string code{};        // the service's, without namespace; empty where it named none
  std::string message{};     // the service's, or the HTTP client's
  int status = 0;            // 0: no answer
  std::string request_id{};  // empty where it bore none: then it may be a proxy's
};

[[nodiscard]] Ending ending_of(Protocol protocol, const Result<http::ClientResponse>& answer);

// The Error of a call that ended so, for all but `done` and `refused`.
[[nodiscard]] Error error_of(const Call& call, const Ending& ending);

}  // namespace bizcomms::aws
