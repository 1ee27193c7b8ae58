// The delivery ledger on a DynamoDB table. The table: keys `pk` and `sk`, texts; a global secondary index `waking` with the keys `waking`
// (text) and `wake_at` (number), all attributes or the keys alone; time to live on `ttl`.
#pragma once

#include <memory>
#include <string>

#include "bizcomms/alert/remote_ledger.hpp"
#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

struct LedgerSettings {
  std::string table{};
  Millis kept{std::chrono::hours{24 * 30}};      // then items count as absent, and DynamoDB deletes them in its own time
  Millis clock_margin{std::chrono::seconds{2}};  // so far apart may its users' ideas of AWS's time be
};

// `client` and `ground` must outlive it.
[[nodiscard]] std::unique_ptr<alert::RemoteLedger> dynamo_ledger(Client& client, const LedgerSettings& settings,
                                                                 alert::LedgerGround& ground);

}  // namespace bizcomms::aws
