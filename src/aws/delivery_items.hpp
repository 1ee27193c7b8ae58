// Deliveries, claims and calls as items of one DynamoDB table. Keys (pk, sk):
//   a delivery  d#ALERT#BATCH, RECIPIENT#s|v     a batch is one partition, in the order of keys
//   a claim     s#SID, -
//   a call      c#RECIPIENT, ALERT#BATCH         says that there is such a delivery
// Every item has `ttl`, in epoch seconds; one that is past it counts as absent.
#pragma once

#include <string>

#include "aws/delivery_table.hpp"
#include "aws/items.hpp"

namespace bizcomms::aws {

[[nodiscard]] ItemKey delivery_key(const alert::DeliveryId& id);
[[nodiscard]] ItemKey claim_key(const alert::ProviderId& sid);
[[nodiscard]] ItemKey call_key(const alert::DeliveryId& id);
[[nodiscard]] std::string batch_partition(alert::AlertId alert, std::int32_t batch);
[[nodiscard]] std::string calls_partition(alert::RecipientId recipient);
[[nodiscard]] std::string waking_partition(int shard);  // of the index `waking`, by the recipient
inline constexpr int k_waking_shards = 4;

[[nodiscard]] std::optional<alert::DeliveryId> delivery_in(const ItemKey& key);
[[nodiscard]] std::optional<alert::DeliveryId> call_in(const ItemKey& key);

// Whole items, as members of an open object. `version` is the one it gets; `write_id` tells one's own write from another's.
struct WriteStamp {
  std::string write_id{};
  std::int64_t expires_at = 0;  // epoch seconds
};
void write_row(AttributeWriter& writer, const StoredRow& row, std::int64_t version, const WriteStamp& stamp);
void write_claim(AttributeWriter& writer, const alert::ProviderId& sid, const StoredClaim& claim, const WriteStamp& stamp);
void write_call(AttributeWriter& writer, const alert::DeliveryId& id, const WriteStamp& stamp);

// Nothing where it is none, or past its time.
[[nodiscard]] std::optional<StoredRow> read_row(const AttributeReader& item, Time now);
[[nodiscard]] std::optional<StoredClaim> read_claim(const AttributeReader& item, Time now);

}  // namespace bizcomms::aws
