// DynamoDB Local: DynamoDB in memory, with its conditions, transactions and limits. It does not expire items by their time to live.
#pragma once

#include <string>
#include <vector>

#include "support/aws/emulator.hpp"
#include "support/aws/emulator_client.hpp"

namespace bizcomms::test {

struct TableKey {
  std::string name;
  std::string type = "S";  // or "N", "B"
};

struct Table {
  std::string name;
  TableKey partition;
  std::vector<TableKey> sort = {};            // at most one
  std::string global_indexes = {};            // the JSON of GlobalSecondaryIndexes, where there are any
  std::vector<TableKey> of_the_indexes = {};  // the keys that only those use
};

// That of the delivery ledger (bizcomms/aws/ledger.hpp).
[[nodiscard]] Table deliveries_table(const std::string& name);

// Throws where it cannot be had or refuses. Made on the main thread, used from any.
class DynamoDbLocal {
public:
  DynamoDbLocal();
  // The one that all tests of this program share, started at the first use and stopped at the end.
  static DynamoDbLocal& shared();

  [[nodiscard]] const std::string& url() const { return m_emulator.url(); }
  [[nodiscard]] Process& process() { return m_emulator.process(); }

  void create_table(const Table& table);
  void delete_table(const std::string& name);
  // Adds an index of that key, with its name, or takes it away; waits until it is so. DynamoDB refuses items whose attribute is of another
  // type.
  void set_index(const std::string& table, const TableKey& key, bool wanted);
  // "PutItem" and the like, as they are answered.
  [[nodiscard]] http::ClientResponse call(const std::string& operation, const std::string& body);

private:
  Emulator m_emulator;
  EmulatorClient m_client;
};

}  // namespace bizcomms::test
