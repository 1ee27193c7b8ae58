// A fresh table in DynamoDB Local, and the product's own way to it. Where DynamoDB Local is not DynamoDB: nothing in it expires by its time
// to live, and its indexes never lag.
#pragma once

#include "bizcomms/aws/client.hpp"
#include "bizcomms/aws/ledger.hpp"

namespace bizcomms::contract {

// Made on the main thread. Deletes the table at the end.
class DynamoAccess {
public:
  DynamoAccess();
  ~DynamoAccess();
  DynamoAccess(const DynamoAccess&) = delete;
  DynamoAccess& operator=(const DynamoAccess&) = delete;

  [[nodiscard]] static std::string missing();  // why it cannot be had
  [[nodiscard]] static aws::Client& client();  // one for all, which knows the time by now
  [[nodiscard]] aws::LedgerSettings settings() const { return {.table = m_table, .clock_margin = Millis{0}}; }

private:
  std::string m_table;
};

}  // namespace bizcomms::contract
