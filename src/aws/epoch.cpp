#include "bizcomms/aws/epoch.hpp"

#include "aws/items.hpp"

namespace bizcomms::aws {
namespace {

const ItemKey k_authority{"authority", "epoch"};

}  // namespace

Result<PublishedEpoch> EpochItem::read() {
  PublishedEpoch published;
  const auto got = Items(m_client, m_table).get({k_authority}, [&](const AttributeReader& item) {
    published = {item.text("cell").value_or(""), item.number("epoch").value_or(0)};
  });
  if (!got) { return got.error(); }
  return published;
}

Status EpochItem::publish(const std::string& cell, std::int64_t epoch) {
  json::Writer writer;
  writer.begin_object().field("TableName", m_table).key("Item").begin_object();
  AttributeWriter item(writer);
  write_key(item, k_authority);
  item.text("cell", cell).number("epoch", epoch);
  writer.end_object().field("ConditionExpression", "attribute_not_exists(pk) OR epoch <= :e");
  writer.key("ExpressionAttributeValues").begin_object();
  AttributeWriter(writer).number(":e", epoch);
  writer.end_object().end_object();
  const auto answer = m_client.call({.service = Service::dynamodb, .operation = "PutItem", .body = writer.take()});
  if (!answer) { return answer.error(); }
  if (!answer->refusal || answer->refusal->code == "ConditionalCheckFailedException") { return {}; }
  return Error{.code = ErrorCode::internal, .message = "DynamoDB refused to keep the epoch.", .cause = answer->refusal->message};
}

}  // namespace bizcomms::aws
