#include "bizcomms/twilio/errors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace bizcomms::twilio {
namespace {

struct Expected {
  int code;
  int status;
  ErrorCode error;
  const char* culprit = "";  // of misconfigured
};

std::ostream& operator<<(std::ostream& out, const Expected& row) { return out << row.code; }

// Every row of the facts: what the request's maker must do.
class ErrorRowTest : public testing::TestWithParam<Expected> {};

TEST_P(ErrorRowTest, SaysWhatToDo) {
  const Expected& row = GetParam();
  const Error error = error_of(row.status, row.code);
  EXPECT_EQ(error.code, row.error) << to_string(error.code);
  EXPECT_EQ(error.provider_code, row.code);
  EXPECT_FALSE(error.message.empty());
  EXPECT_EQ(error.message.find("with error"), std::string::npos) << "a sentence of its own: " << error.message;
  EXPECT_EQ(error.fields.empty() ? "" : error.fields.front().field, row.culprit);
  EXPECT_EQ(error.message.find('+'), std::string::npos) << "no phone number";
  if (row.error == ErrorCode::misconfigured) {
    EXPECT_TRUE(error.message.find("--") != std::string::npos || error.message.find("at Twilio") != std::string::npos) << error.message;
  }
}

constexpr auto k_rejected = ErrorCode::rejected;
constexpr auto k_ours = ErrorCode::misconfigured;
constexpr auto k_slower = ErrorCode::rate_limited;

// Wire facts 1.7, create request.
const std::vector<Expected> k_on_create = {{20003, 401, k_ours, "account"},
                                           {20404, 404, k_ours, "account"},
                                           {20429, 429, k_slower},
                                           {20500, 500, ErrorCode::outcome_unknown},
                                           {20503, 503, ErrorCode::outcome_unknown},
                                           {21211, 400, k_rejected},
                                           {21212, 400, k_ours, "sender"},
                                           {21606, 400, k_ours, "sender"},
                                           {21659, 400, k_ours, "sender"},
                                           {21660, 400, k_ours, "sender"},
                                           {21408, 400, k_rejected},
                                           {21602, 400, ErrorCode::internal},
                                           {21603, 400, ErrorCode::internal},
                                           {21604, 400, ErrorCode::internal},
                                           {21608, 400, k_rejected},
                                           {21609, 400, k_ours, "account"},
                                           {21610, 400, k_rejected},
                                           {21611, 400, k_slower},
                                           {21612, 400, k_rejected},
                                           {21614, 400, k_rejected},
                                           {21617, 400, k_rejected},
                                           {21620, 400, ErrorCode::internal},
                                           {21701, 400, k_ours, "sender"},
                                           {21702, 400, k_ours, "sender"},
                                           {21703, 400, k_ours, "sender"},
                                           {21704, 400, k_ours, "sender"},
                                           {21705, 400, k_ours, "sender"},
                                           {90007, 400, ErrorCode::internal},
                                           {21624, 400, ErrorCode::internal},
                                           {30045, 400, ErrorCode::internal}};

// Wire facts 1.7, error code of a message. The class holds wherever the code comes from.
const std::vector<Expected> k_of_message = {
    {30001, 400, k_slower},         {30002, 400, k_ours, "account"}, {30003, 400, k_rejected},       {30004, 400, k_rejected},
    {30005, 400, k_rejected},       {30006, 400, k_rejected},        {30007, 400, k_rejected},       {30008, 400, k_rejected},
    {30010, 400, k_rejected},       {30017, 400, k_rejected},        {30022, 400, k_slower},         {30023, 400, k_slower},
    {30027, 400, k_slower},         {30024, 400, k_ours, "sender"},  {30032, 400, k_ours, "sender"}, {30033, 400, k_ours, "sender"},
    {30034, 400, k_ours, "sender"}, {30035, 400, k_ours, "sender"},  {30036, 400, k_rejected},       {30410, 400, k_rejected},
    {30450, 400, k_rejected},       {63038, 400, k_slower},          {14107, 400, k_rejected}};

// Wire facts 2.1, calls.
const std::vector<Expected> k_of_call = {
    {21201, 400, ErrorCode::internal}, {21205, 400, k_ours, "account"}, {21210, 400, k_ours, "sender"}, {21214, 400, k_rejected},
    {21215, 400, k_rejected},          {21216, 400, k_rejected},        {21217, 400, k_rejected},       {21219, 400, k_rejected},
    {21220, 400, ErrorCode::internal}, {22005, 400, k_slower},          {10004, 400, k_slower}};

std::string name_of(const testing::TestParamInfo<Expected>& info) { return std::to_string(info.param.code); }
INSTANTIATE_TEST_SUITE_P(OnCreate, ErrorRowTest, testing::ValuesIn(k_on_create), name_of);
INSTANTIATE_TEST_SUITE_P(OfMessage, ErrorRowTest, testing::ValuesIn(k_of_message), name_of);
INSTANTIATE_TEST_SUITE_P(OfCall, ErrorRowTest, testing::ValuesIn(k_of_call), name_of);

TEST(ErrorTable, HasNoRowWithoutATest) {
  std::vector<int> tested;
  for (const auto* rows : {&k_on_create, &k_of_message, &k_of_call}) {
    for (const Expected& row : *rows) { tested.push_back(row.code); }
  }
  std::sort(tested.begin(), tested.end());
  std::vector<int> listed;
  for (const ErrorRow& row : error_table()) { listed.push_back(row.code); }
  EXPECT_EQ(listed, tested);
}

TEST(ErrorOf, UnknownCodesAreFinalAndNamed) {
  const Error error = error_of(400, 12345);
  EXPECT_EQ(error.code, ErrorCode::rejected);
  EXPECT_EQ(error.message, "Twilio refused it with error 12345.");
  EXPECT_EQ(error.provider_code, 12345);
  EXPECT_EQ(sentence_of(12345), "Twilio refused it with error 12345.");
}

TEST(ErrorOf, ServerErrorsAreUnknownWhateverTheBodySays) {
  EXPECT_EQ(error_of(500, std::nullopt).code, ErrorCode::outcome_unknown);
  EXPECT_EQ(error_of(502, 21211).code, ErrorCode::outcome_unknown);
  EXPECT_EQ(error_of(408, std::nullopt).code, ErrorCode::outcome_unknown);
}

TEST(ErrorOf, ThrottlingCountsWhateverTheBodySays) {
  EXPECT_EQ(error_of(429, std::nullopt).code, ErrorCode::rate_limited);
  EXPECT_EQ(error_of(429, 20500).code, ErrorCode::rate_limited);
  EXPECT_EQ(error_of(400, 20429).code, ErrorCode::rate_limited);
}

TEST(ErrorOf, RefusedAccessLiesWithTheAccount) {
  for (const int status : {401, 403}) {
    const Error error = error_of(status, std::nullopt);
    EXPECT_EQ(error.code, ErrorCode::misconfigured);
    EXPECT_EQ(error.fields.front().field, "account");
  }
}

TEST(ErrorOf, AnAnswerWithoutACodeIsNotTwiliosAndFailsNobody) {
  for (const int status : {302, 400, 404, 413}) {
    const Error error = error_of(status, std::nullopt);
    EXPECT_EQ(error.code, ErrorCode::misconfigured) << status;
    EXPECT_NE(error.message.find("--twilio-base-url"), std::string::npos);
  }
}

TEST(ErrorOf, KnowsHowLongAQueueStaysFull) {
  EXPECT_EQ(error_of(400, 21611).retry_after, std::chrono::minutes{1});
  EXPECT_EQ(error_of(400, 21211).retry_after, std::nullopt);
}

TEST(CarrierRetry, OnlyWhatTheCarrierLostComesAgain) {
  EXPECT_EQ(carrier_retry(30003), std::chrono::hours{1});
  EXPECT_EQ(carrier_retry(30008), std::chrono::minutes{15});
  EXPECT_EQ(carrier_retry(30017), std::chrono::minutes{15});
  EXPECT_EQ(carrier_retry(30005), std::nullopt);
  EXPECT_EQ(carrier_retry(30410), std::nullopt);
  EXPECT_EQ(carrier_retry(1), std::nullopt);
}

}  // namespace
}  // namespace bizcomms::twilio
