#include "api/problem.hpp"

#include <gtest/gtest.h>

#include "bizcomms/api/api.hpp"
#include "bizcomms/json/reader.hpp"

namespace bizcomms::api {
namespace {

TEST(Problem, WritesTheMembersOfRfc9457) {
  const auto answer = problem({ErrorCode::invalid, "It is wrong.", "inside", {{"a.b", "is bad"}}}, "r1", std::chrono::seconds{5});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.content_type, "application/problem+json");
  EXPECT_EQ(answer.body, R"({"type":"urn:bizcomms:problem:invalid","title":"The request is not valid","status":400,)"
                         R"("detail":"It is wrong.","request_id":"r1","errors":[{"field":"a.b","message":"is bad"}]})");
}

TEST(Problem, NeverShowsTheInside) {
  for (const auto code : {ErrorCode::internal, ErrorCode::rejected, ErrorCode::misconfigured}) {
    const auto answer = problem({code, "Column xyz is missing.", "SELECT"}, "r1", std::chrono::seconds{5});
    EXPECT_GE(answer.status, 500);
    EXPECT_EQ(answer.body.find("xyz"), std::string::npos);
    EXPECT_EQ(answer.body.find("SELECT"), std::string::npos);
  }
}

TEST(Problem, SaysWhenToTryAgain) {
  const auto retry_after = [](const Error& error) {
    return std::string(problem(error, "r1", std::chrono::seconds{5}).headers.find("Retry-After").value_or(""));
  };
  EXPECT_EQ(retry_after({.code = ErrorCode::unavailable, .message = "No."}), "5");
  EXPECT_EQ(retry_after({.code = ErrorCode::rate_limited, .message = "No.", .retry_after = Millis{1'001}}), "2");
  EXPECT_EQ(retry_after({.code = ErrorCode::rate_limited, .message = "No.", .retry_after = Millis{0}}), "1");
  EXPECT_EQ(retry_after({.code = ErrorCode::invalid, .message = "No."}), "");
}

TEST(Problem, HasAStatusForEveryCode) {
  EXPECT_EQ(status_of(ErrorCode::invalid), 400);
  EXPECT_EQ(status_of(ErrorCode::unauthenticated), 401);
  EXPECT_EQ(status_of(ErrorCode::not_found), 404);
  EXPECT_EQ(status_of(ErrorCode::conflict), 409);
  EXPECT_EQ(status_of(ErrorCode::rate_limited), 429);
  EXPECT_EQ(status_of(ErrorCode::unavailable), 503);
  EXPECT_EQ(status_of(ErrorCode::misconfigured), 503);
  EXPECT_EQ(status_of(ErrorCode::outcome_unknown), 503);
  EXPECT_EQ(status_of(ErrorCode::internal), 500);
  EXPECT_EQ(status_of(ErrorCode::rejected), 500);
}

TEST(ErrorPage, AnswersEveryStatusOfTheServer) {
  for (const int status : {400, 404, 405, 408, 413, 414, 415, 417, 431, 500, 501, 503, 505, 418, 599}) {
    const auto answer = error_page(status, "Too \"long\".", "r\"1");
    EXPECT_EQ(answer.status, status);
    const auto document = json::Document::parse(answer.body);
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root()["status"].as_int(), status);
    EXPECT_EQ(document->root()["detail"].as_string(), "Too \"long\".");
    EXPECT_EQ(document->root()["request_id"].as_string(), "r\"1");
    EXPECT_TRUE(document->root()["type"].as_string()->starts_with("urn:bizcomms:problem:"));
  }
}

}  // namespace
}  // namespace bizcomms::api
