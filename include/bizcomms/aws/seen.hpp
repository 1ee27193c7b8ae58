// The stories that the poller has seen, in the table of the delivery ledger (ledger.hpp): one item each, under one partition, for as long
// as deliveries are kept; that there was a first cycle is kept for ever.
#pragma once

#include <memory>

#include "bizcomms/alert/stories.hpp"
#include "bizcomms/aws/ledger.hpp"

namespace bizcomms::aws {

// Thread-safe; blocking; errors are the client's. `client` must outlive it.
[[nodiscard]] std::unique_ptr<alert::SeenStories> dynamo_seen_stories(Client& client, const LedgerSettings& settings);

}  // namespace bizcomms::aws
