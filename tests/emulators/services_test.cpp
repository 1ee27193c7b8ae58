// DynamoDB's conditions and Secrets Manager's versions, as the emulators have them.
#include <gtest/gtest.h>

#include "support/aws/dynamodb_local.hpp"
#include "support/aws/moto.hpp"

namespace bizcomms::test {
namespace {

constexpr const char* k_put_once =
    R"json({"TableName":"rates","Item":{"sender":{"S":"+15005550006"},"window":{"N":"7"},"state":{"S":"open"}},)json"
    R"json("ConditionExpression":"attribute_not_exists(sender)"})json";

Table rates() {
  return {.name = "rates",
          .partition = {"sender"},
          .sort = {{"window", "N"}},
          .global_indexes = R"([{"IndexName":"by_state","KeySchema":[{"AttributeName":"state","KeyType":"HASH"}],)"
                            R"("Projection":{"ProjectionType":"ALL"}}])",
          .of_the_indexes = {{"state"}}};
}

TEST(DynamoDb, PutsUnderAConditionOnce) {
  if (const auto why = missing_emulators({"dynamodb_local"}); !why.empty()) { GTEST_SKIP() << why; }
  auto& dynamodb = DynamoDbLocal::shared();
  dynamodb.create_table(rates());
  EXPECT_EQ(dynamodb.call("PutItem", k_put_once).status, 200);
  const auto again = dynamodb.call("PutItem", k_put_once);
  EXPECT_EQ(again.status, 400);
  EXPECT_NE(again.body.find("ConditionalCheckFailedException"), std::string::npos) << again.body;
  const auto open =
      body_of(dynamodb.call("Query", R"({"TableName":"rates","IndexName":"by_state","KeyConditionExpression":"#s = :s",)"
                                     R"("ExpressionAttributeNames":{"#s":"state"},"ExpressionAttributeValues":{":s":{"S":"open"}}})"));
  EXPECT_NE(open.find(R"("Count":1)"), std::string::npos) << open;
  dynamodb.delete_table("rates");
  EXPECT_NE(dynamodb.call("PutItem", k_put_once).body.find("ResourceNotFoundException"), std::string::npos);
}

TEST(Secrets, HaveACurrentVersion) {
  if (const auto why = missing_emulators({"moto"}); !why.empty()) { GTEST_SKIP() << why; }
  auto& moto = Moto::shared();
  moto.create_secret("twilio", R"({"token":"old"})");
  const auto version = moto.put_secret("twilio", R"({"token":"new"})");
  EXPECT_FALSE(version.empty());
  const auto current = body_of(moto.client().json("secretsmanager", "secretsmanager.GetSecretValue", R"({"SecretId":"twilio"})"));
  EXPECT_NE(current.find(version), std::string::npos) << current;
  EXPECT_NE(current.find("new"), std::string::npos) << current;
}

}  // namespace
}  // namespace bizcomms::test
