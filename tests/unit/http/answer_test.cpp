#include "http/answer.hpp"

#include <gtest/gtest.h>

namespace bizcomms::http {
namespace {

TEST(AnswerHead, HoldsWhatEveryAnswerNeeds) {
  const Response response{.status = 202, .body = "{}", .headers = {{"Location", "/v1/alerts/a"}}};
  EXPECT_EQ(answer_head(response, "id-1", true, "Thu, 01 Jan 2026 12:00:00 GMT"),
            "HTTP/1.1 202 Accepted\r\nDate: Thu, 01 Jan 2026 12:00:00 GMT\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
            "X-Request-Id: id-1\r\nLocation: /v1/alerts/a\r\nConnection: keep-alive\r\n\r\n");
}

TEST(AnswerHead, LeavesOutTheTypeOfNothing) {
  const auto head = answer_head({.status = 200}, "i", false, "d");
  EXPECT_EQ(head.find("Content-Type"), std::string::npos);
  EXPECT_NE(head.find("Content-Length: 0\r\n"), std::string::npos);
  EXPECT_NE(head.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(answer_head({.status = 204}, "i", true, "d").find("Content-Length"), std::string::npos);
}

TEST(AnswerHead, LetsNoHandlerFrameTheMessage) {
  const Response response{
      .status = 200,
      .body = "ab",
      .headers = {{"content-length", "0"}, {"Transfer-Encoding", "chunked"}, {"connection", "close"}, {"X-Request-Id", "forged"}}};
  const auto head = answer_head(response, "i", true, "d");
  EXPECT_EQ(head.find("content-length"), std::string::npos);
  EXPECT_EQ(head.find("chunked"), std::string::npos);
  EXPECT_EQ(head.find("forged"), std::string::npos);
  EXPECT_EQ(head.find("close"), std::string::npos);
}

TEST(AnswerHead, LetsNoLineBreakThrough) {
  const Response response{.status = 200, .headers = {{"Location", "/a\r\nSet-Cookie: b\n"}, {"X\r\nY", "c"}}};
  const auto head = answer_head(response, "i", true, "d");
  EXPECT_NE(head.find("Location: /a  Set-Cookie: b \r\n"), std::string::npos);
  EXPECT_NE(head.find("X  Y: c\r\n"), std::string::npos);
}

TEST(DateField, IsInGmtAndFollowsTheClock) {
  DateField date;
  const Time noon{std::chrono::seconds{1'767'268'800}};
  EXPECT_EQ(date.at(noon), "Thu, 01 Jan 2026 12:00:00 GMT");
  EXPECT_EQ(date.at(noon + Millis{999}), "Thu, 01 Jan 2026 12:00:00 GMT");
  EXPECT_EQ(date.at(noon + Millis{1000}), "Thu, 01 Jan 2026 12:00:01 GMT");
}

}  // namespace
}  // namespace bizcomms::http
