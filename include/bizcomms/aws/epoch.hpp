// The highest epoch in which a cell has worked, as an item of the ledger's table: what a cell that comes back may read of the one that
// works now. On a global table it arrives in the other region as late as everything else there.
#pragma once

#include <cstdint>
#include <string>

#include "bizcomms/aws/ledger.hpp"

namespace bizcomms::aws {

struct PublishedEpoch {
  std::string cell{};  // empty: none yet
  std::int64_t epoch = 0;
};

// Thread-safe; blocking; errors are the client's. `client` must outlive it.
class EpochItem {
public:
  EpochItem(Client& client, std::string table) : m_client(client), m_table(std::move(table)) {}
  Result<PublishedEpoch> read();
  Status publish(const std::string& cell, std::int64_t epoch);  // nothing where a higher one stands there

private:
  Client& m_client;
  const std::string m_table;
};

}  // namespace bizcomms::aws
