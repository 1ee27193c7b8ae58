#include "support/aws/dynamodb_local.hpp"

#include "bizcomms/json/writer.hpp"

namespace bizcomms::test {
namespace {

// Why not its own main program: see server.xml. The XML has no DTD to be validated by.
std::vector<std::string> dynamodb_command() {
  return java_command("dynamodb_local", {"-Dorg.eclipse.jetty.xml.XmlParser.Validating=false", "org.eclipse.jetty.xml.XmlConfiguration",
                                         SOURCE_DIR "/tests/support/emulators/dynamodb_local/server.xml"});
}

void write_definition(json::Writer& writer, const TableKey& key) {
  writer.begin_object().field("AttributeName", key.name).field("AttributeType", key.type).end_object();
}

void write_key(json::Writer& writer, const TableKey& key, const char* type) {
  writer.begin_object().field("AttributeName", key.name).field("KeyType", type).end_object();
}

}  // namespace

Table deliveries_table(const std::string& name) {
  return {.name = name,
          .partition = {"pk"},
          .sort = {{"sk"}},
          .global_indexes = R"([{"IndexName":"waking","KeySchema":[{"AttributeName":"waking","KeyType":"HASH"},)"
                            R"({"AttributeName":"wake_at","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}])",
          .of_the_indexes = {{"waking"}, {"wake_at", "N"}}};
}

DynamoDbLocal::DynamoDbLocal() : m_emulator(dynamodb_command(), {{"DDB_LOCAL_TELEMETRY", "0"}}), m_client(url()) {}

DynamoDbLocal& DynamoDbLocal::shared() {
  static DynamoDbLocal dynamodb;
  return dynamodb;
}

http::ClientResponse DynamoDbLocal::call(const std::string& operation, const std::string& body) {
  return m_client.json("dynamodb", "DynamoDB_20120810." + operation, body);
}

void DynamoDbLocal::create_table(const Table& table) {
  json::Writer writer;
  writer.begin_object().field("TableName", table.name).field("BillingMode", "PAY_PER_REQUEST");
  writer.key("AttributeDefinitions").begin_array();
  write_definition(writer, table.partition);
  for (const auto& key : table.sort) { write_definition(writer, key); }
  for (const auto& key : table.of_the_indexes) { write_definition(writer, key); }
  writer.end_array().key("KeySchema").begin_array();
  write_key(writer, table.partition, "HASH");
  for (const auto& key : table.sort) { write_key(writer, key, "RANGE"); }
  writer.end_array();
  if (!table.global_indexes.empty()) { writer.key("GlobalSecondaryIndexes").raw(table.global_indexes); }
  writer.end_object();
  static_cast<void>(body_of(call("CreateTable", writer.take())));
}

void DynamoDbLocal::set_index(const std::string& table, const TableKey& key, bool wanted) {
  json::Writer writer;
  writer.begin_object().field("TableName", table).key("AttributeDefinitions").begin_array();
  write_definition(writer, key);
  writer.end_array().key("GlobalSecondaryIndexUpdates").begin_array().begin_object();
  writer.key(wanted ? "Create" : "Delete").begin_object().field("IndexName", key.name);
  if (wanted) {
    writer.key("KeySchema").begin_array();
    write_key(writer, key, "HASH");
    writer.end_array().key("Projection").begin_object().field("ProjectionType", "KEYS_ONLY").end_object();
  }
  writer.end_object().end_object().end_array().end_object();
  static_cast<void>(body_of(call("UpdateTable", writer.take())));
  const auto description = R"({"TableName":")" + table + R"("})";
  const auto name = R"("IndexName":")" + key.name + "\"";
  const auto done = [&] {
    const auto told = body_of(call("DescribeTable", description));
    const bool changing = told.find("CREATING") != std::string::npos || told.find("DELETING") != std::string::npos;
    return !changing && (told.find(name) != std::string::npos) == wanted;
  };
  check(eventually(done), "an index is made or gone in time");
}

void DynamoDbLocal::delete_table(const std::string& name) {
  json::Writer writer;
  writer.begin_object().field("TableName", name).end_object();
  static_cast<void>(body_of(call("DeleteTable", writer.take())));
}

}  // namespace bizcomms::test
