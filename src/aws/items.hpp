// Items of one DynamoDB table with the keys `pk` and `sk`: read and put in groups, queried in pages. Source: wire facts 6.4.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "aws/attributes.hpp"
#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

struct ItemKey {
  std::string partition{};
  std::string sort{};
  auto operator<=>(const ItemKey&) const = default;
};

void write_key(AttributeWriter& writer, const ItemKey& key);
[[nodiscard]] ItemKey key_in(const AttributeReader& item);

// Thread-safe. `client` must outlive it.
class Items {
public:
  Items(Client& client, std::string table) : m_client(client), m_table(std::move(table)) {}

  using Take = std::function<void(const AttributeReader& item)>;
  Status get(std::vector<ItemKey> keys, const Take& take);  // those that are there, in any order; consistent
  using Query = std::function<void(json::Writer& body)>;    // its members but table, limit and start
  Status query(const Query& query, int limit, const Take& take);
  Status put(std::vector<std::string> items);  // each a JSON object of attributes, of keys that differ; without conditions

private:
  Client& m_client;
  const std::string m_table;
};

}  // namespace bizcomms::aws
