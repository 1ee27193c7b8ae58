// What DynamoDB Local does not do by itself: answers that are lost, transactions that meet others, reads and writes that are left in part.
#include "aws/dynamo_table.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "unit/aws/fixtures.hpp"
#include "unit/aws/scripted_client.hpp"

namespace bizcomms::aws {
namespace {

using alert::DeliveryId;

// Answers each request by its body, and keeps them all. For one thread that waits for its answers.
class Answering final : public http::Client {
public:
  using Answer = std::function<ScriptedClient::Outcome(const std::string& body)>;
  void by(std::vector<Answer> answers) { m_answers = std::move(answers); }
  void send(http::ClientRequest request, std::function<void(ScriptedClient::Outcome)> done) override {
    m_bodies.push_back(request.body);
    const std::size_t place = std::min(m_bodies.size() - 1, m_answers.size() - 1);
    done(m_answers.at(place)(m_bodies.back()));
  }
  [[nodiscard]] const std::vector<std::string>& bodies() const { return m_bodies; }

private:
  std::vector<Answer> m_answers;
  std::vector<std::string> m_bodies;
};

std::string member(const std::string& body, const std::string& name) {
  const auto at = body.find("\"" + name + "\":");
  const auto from = body.find('"', at + name.size() + 3) + 1;
  return body.substr(from, body.find('"', from) - from);
}

std::string write_id_in(const std::string& body) {
  const auto at = body.find(R"("write":{"S":")") + 14;
  return body.substr(at, body.find('"', at) - at);
}

http::ClientResponse refused(const std::string& type, const std::string& more) {
  return answered(400, R"({"__type":"com.amazonaws.dynamodb.v20120810#)" + type + R"(","message":"No.",)" + more + "}");
}

ScriptedClient::Outcome done(const std::string& /*body*/) { return answered(200, "{}"); }
ScriptedClient::Outcome lost(const std::string& /*body*/) { return lost_error(); }

struct DynamoTableTest : testing::Test {
  SystemClock clock;
  Metrics metrics;
  Answering http;
  FixedCredentials credentials{lasting_key()};
  Client client{{.region = k_region, .attempts_max = 3, .retry_longest = Millis{1}}, credentials, http, clock, Log::silent(), metrics};
  std::vector<Millis> pauses;
  DynamoTable table{client, {.table = "deliveries"}, [this](Millis time) { pauses.push_back(time); }};

  static DeliveryId id() { return {.batch = 1}; }
  static TableWrite row_alone() { return {.rows = {{.row = {.delivery = {.id = id()}}}}}; }
  static TableWrite with_claim() {
    TableWrite write = row_alone();
    write.claims.push_back({.sid = "SM1", .after = StoredClaim{.id = id()}});
    return write;
  }
  Result<bool> write(const TableWrite& write) { return table.write(std::span(&write, 1)).at(0); }
};

TEST_F(DynamoTableTest, APutWhoseAnswerWasLostKnowsItsOwnWorkAgain) {
  http.by({lost, [](const std::string& body) {
             return refused("ConditionalCheckFailedException", R"("Item":{"write":{"S":")" + write_id_in(body) + R"("}})");
           }});
  const auto written = write(row_alone());
  ASSERT_TRUE(written);
  EXPECT_TRUE(*written);
  ASSERT_EQ(http.bodies().size(), 2U);
  EXPECT_EQ(http.bodies()[0], http.bodies()[1]);
}

TEST_F(DynamoTableTest, AndDoesNotTakeAnothersForIt) {
  http.by({lost, [](const std::string&) { return refused("ConditionalCheckFailedException", R"("Item":{"write":{"S":"another"}})"); }});
  const auto written = write(row_alone());
  ASSERT_TRUE(written);
  EXPECT_FALSE(*written);
}

TEST_F(DynamoTableTest, AWriteThatNeverGetsAnAnswerIsAnError) {
  http.by({lost});
  EXPECT_FALSE(write(row_alone()));
  EXPECT_EQ(http.bodies().size(), 3U);
}

TEST_F(DynamoTableTest, ATransactionIsRepeatedUnderItsToken) {
  http.by({lost, done});
  ASSERT_TRUE(write(with_claim()));
  ASSERT_EQ(http.bodies().size(), 2U);
  EXPECT_EQ(member(http.bodies()[0], "ClientRequestToken"), member(http.bodies()[1], "ClientRequestToken"));
  EXPECT_LE(member(http.bodies()[0], "ClientRequestToken").size(), 36U);
}

TEST_F(DynamoTableTest, ATransactionThatMeetsAnotherIsTriedAnewUnderAnotherToken) {
  http.by({[](const std::string&) {
             return refused("TransactionCanceledException", R"("CancellationReasons":[{"Code":"TransactionConflict"}])");
           },
           done});
  const auto written = write(with_claim());
  ASSERT_TRUE(written && *written);
  ASSERT_EQ(http.bodies().size(), 2U);
  EXPECT_NE(member(http.bodies()[0], "ClientRequestToken"), member(http.bodies()[1], "ClientRequestToken"));
}

TEST_F(DynamoTableTest, ItWaitsLongerAndLongerForThoseItMeets) {
  http.by({[](const std::string&) {
    return refused("TransactionCanceledException", R"("CancellationReasons":[{"Code":"TransactionConflict"}])");
  }});
  const auto written = write(with_claim());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::unavailable);
  ASSERT_EQ(pauses.size() + 1, http.bodies().size()) << "none after the last";
  Millis bound{25};
  for (const Millis pause : pauses) {
    EXPECT_GT(pause, Millis{0});
    EXPECT_LE(pause, bound);
    bound = std::min(bound * 2, Millis{400});
  }
}

// No stop ends them.
TEST_F(DynamoTableTest, AllItsWaitingTogetherIsShort) {
  http.by({[](const std::string&) {
    return refused("TransactionCanceledException", R"("CancellationReasons":[{"Code":"TransactionConflict"}])");
  }});
  for (int i = 0; i < 50; ++i) {
    pauses.clear();
    EXPECT_FALSE(write(with_claim()));
    EXPECT_GE(pauses.size(), 4U);
    EXPECT_LE(std::accumulate(pauses.begin(), pauses.end(), Millis{0}), Millis{400});
  }
}

TEST_F(DynamoTableTest, AConditionThatFailsDecides) {
  http.by({[](const std::string&) {
    return refused("TransactionCanceledException", R"("CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed"}])");
  }});
  const auto written = write(with_claim());
  ASSERT_TRUE(written);
  EXPECT_FALSE(*written);
  EXPECT_EQ(http.bodies().size(), 1U);
}

TEST_F(DynamoTableTest, WhatDynamoDbCannotTakeIsNoMatterOfTime) {
  http.by({[](const std::string&) {
    return refused("TransactionCanceledException", R"("CancellationReasons":[{"Code":"ValidationError"}])");
  }});
  const auto written = write(with_claim());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::internal);
}

TEST_F(DynamoTableTest, OneOfAGroupThatFailsLeavesTheOthersAlone) {
  http.by({[](const std::string&) { return refused("ValidationException", R"("x":1)"); }, done});
  const std::vector<TableWrite> group{row_alone(), row_alone()};
  const auto written = table.write(group);
  EXPECT_FALSE(written.at(0));
  EXPECT_TRUE(written.at(1) && *written.at(1));
}

TEST_F(DynamoTableTest, ReadsAgainWhatDynamoDbLeftForLater) {
  http.by({[](const std::string&) {
             return answered(
                 200, R"({"Responses":{"deliveries":[]},"UnprocessedKeys":{"deliveries":{"Keys":[{"pk":{"S":"s#SM1"},"sk":{"S":"-"}}]}}})");
           },
           [](const std::string& body) {
             EXPECT_NE(body.find("s#SM1"), std::string::npos);
             return answered(200, R"({"Responses":{"deliveries":[{"pk":{"S":"s#SM1"},"sk":{"S":"-"},)"
                                  R"("owner_pk":{"S":"d#)" +
                                      std::string(26, '0') + R"(#7"},"owner_sk":{"S":")" + std::string(26, '0') +
                                      R"(#v"}}]},"UnprocessedKeys":{}})");
           }});
  const std::vector<alert::ProviderId> sids{"SM1"};
  const auto claims = table.claims(sids);
  ASSERT_TRUE(claims) << claims.error().message;
  ASSERT_TRUE(claims->at(0));
  EXPECT_EQ(claims->at(0)->id, (DeliveryId{.batch = 7, .channel = alert::Channel::voice}));
}

TEST_F(DynamoTableTest, ReadsADeliveryAndItsClaimInOneRequest) {
  http.by({[](const std::string&) {
    const std::string none(26, '0');
    return answered(200, R"({"Responses":{"deliveries":[{"pk":{"S":"s#SM1"},"sk":{"S":"-"},"owner_pk":{"S":"d#)" + none +
                             R"(#1"},"owner_sk":{"S":")" + none + R"(#s"}},{"pk":{"S":"d#)" + none + R"(#1"},"sk":{"S":")" + none +
                             R"(#s"},"version":{"N":"3"}}]},"UnprocessedKeys":{}})");
  }});
  const DeliveryId delivery = id();
  const std::vector<alert::ProviderId> sids{"SM1", "SM2"};
  const auto state = table.read(std::span(&delivery, 1), sids);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(http.bodies().size(), 1U);
  ASSERT_TRUE(state->rows.at(0));
  EXPECT_EQ(state->rows.at(0)->version, 3);
  ASSERT_TRUE(state->claims.at(0));
  EXPECT_EQ(state->claims.at(0)->id, delivery);
  EXPECT_FALSE(state->claims.at(1));
}

TEST_F(DynamoTableTest, WhatIsPastItsTimeIsNotThere) {
  http.by({[](const std::string&) {
    return answered(200, R"({"Responses":{"deliveries":[{"pk":{"S":"s#SM1"},"sk":{"S":"-"},"ttl":{"N":"1"},"owner_pk":{"S":"d#)" +
                             std::string(26, '0') + R"(#7"},"owner_sk":{"S":")" + std::string(26, '0') + R"(#v"}}]}})");
  }});
  const std::vector<alert::ProviderId> sids{"SM1"};
  EXPECT_FALSE(table.claims(sids)->at(0));
}

TEST_F(DynamoTableTest, AnswersThatMakeNoSenseAreErrors) {
  for (const char* body : {"", "[]x", "{"}) {
    http.by({[body](const std::string&) { return answered(200, body); }});
    const std::vector<alert::ProviderId> sids{"SM1"};
    EXPECT_FALSE(table.claims(sids)) << body;
  }
}

}  // namespace
}  // namespace bizcomms::aws
