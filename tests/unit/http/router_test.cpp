#include "http/router.hpp"

#include <gtest/gtest.h>

namespace bizcomms::http {
namespace {

Router router_of() {
  Router router;
  router.add("GET", "/", 0);
  router.add("GET", "/v1/alerts/{id}", 1);
  router.add("PUT", "/v1/alerts/{id}", 2);
  router.add("GET", "/v1/alerts/latest", 3);
  router.add("GET", "/v1/alerts/{id}/status", 4);
  router.add("POST", "/v1/alerts", 5);
  router.add("GET", "/{a}/{b}/c", 6);
  return router;
}

TEST(Router, FindsLiteralsAndCaptures) {
  const auto router = router_of();
  EXPECT_EQ(router.find("GET", "/").route, 0U);
  const auto alert = router.find("GET", "/v1/alerts/alert_1");
  EXPECT_EQ(alert.route, 1U);
  EXPECT_EQ(alert.captures, std::vector<std::string>{"alert_1"});
  EXPECT_EQ(router.find("GET", "/v1/alerts/x/status").route, 4U);
  EXPECT_EQ(router.find("GET", "/x/y/c").captures, (std::vector<std::string>{"x", "y"}));
}

TEST(Router, PrefersALiteralWhateverTheOrder) {
  EXPECT_EQ(router_of().find("GET", "/v1/alerts/latest").route, 3U);
  EXPECT_EQ(router_of().find("PUT", "/v1/alerts/latest").route, 2U);
}

TEST(Router, DecodesSegmentsAfterSplitting) {
  const auto match = router_of().find("GET", "/v1/%61lerts/a%2Fb%20+");
  EXPECT_EQ(match.route, 1U);
  EXPECT_EQ(match.captures, std::vector<std::string>{"a/b +"});
}

TEST(Router, TakesNoEmptyCaptureAndNoTrailingSlash) {
  for (const char* path : {"/v1/alerts/", "/v1//status", "//", "", "v1/alerts", "/v1/alerts/a/", "/v1/alerts/a/b/c/d"}) {
    const auto match = router_of().find("GET", path);
    EXPECT_EQ(match.route, Router::k_none) << path;
    EXPECT_EQ(match.allow, "") << path;
  }
}

TEST(Router, NamesWhatThePathTakes) {
  EXPECT_EQ(router_of().find("DELETE", "/v1/alerts/a").allow, "GET, HEAD, PUT");
  EXPECT_EQ(router_of().find("get", "/v1/alerts").allow, "POST");
  EXPECT_EQ(router_of().find("TRACE", "/v1/alerts/latest").allow, "GET, HEAD, PUT");
}

TEST(Router, AnswersHeadFromGet) {
  EXPECT_EQ(router_of().find("HEAD", "/v1/alerts/a").route, 1U);
  EXPECT_EQ(router_of().find("HEAD", "/v1/alerts").route, Router::k_none);
}

TEST(Router, SurvivesAPathOfManySegments) {
  std::string path;
  for (int i = 0; i < 1000; ++i) { path += "/a"; }
  EXPECT_EQ(router_of().find("GET", path).route, Router::k_none);
}

}  // namespace
}  // namespace bizcomms::http
