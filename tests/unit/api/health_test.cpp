#include <gtest/gtest.h>

#include "bizcomms/api/admin.hpp"
#include "unit/api/api_on_fakes.hpp"

namespace bizcomms::api {
namespace {

Answer ask_open(ApiOnFakes& fakes, const std::string& target) {
  http::Request request;
  request.method = "GET";
  request.target = target;
  return fakes.send(request);
}

TEST(Health, NeedsNoKeyAndTellsTheCell) {
  ApiOnFakes fakes;
  fakes.health = {
      .healthy = true, .cell = "cell-1", .region = "us-east-1", .role = "active", .version = "1.2", .epoch = 3, .checks = {{"database"}}};
  const auto answer = ask_open(fakes, "/health");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.response.body, R"({"status":"ok","cell":"cell-1","region":"us-east-1","role":"active","version":"1.2","epoch":3,)"
                                  R"("checks":{"database":{"ok":true,"detail":null}}})");
}

TEST(Health, Is503WhenTheCellCannotServe) {
  ApiOnFakes fakes;
  fakes.health.healthy = false;
  fakes.health.checks = {{"database", false, "It cannot be reached."}};
  const auto answer = ask_open(fakes, "/health");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.text("status"), "unavailable");
  EXPECT_TRUE(answer["epoch"].is_null());
  EXPECT_EQ(answer["checks"]["database"]["detail"].as_string(), "It cannot be reached.");
}

TEST(Health, NeverBlocksAHandlerThread) {
  ApiOnFakes fakes;
  for (const auto& route : fakes.api.routes()) {
    EXPECT_EQ(route.run_on == http::RunOn::io_thread, !route.pattern.starts_with("/v1/")) << route.pattern;
  }
}

TEST(Admin, ServesProbesAndMetrics) {
  Metrics metrics;
  metrics.counter("bizcomms_things_total", "Things.").add(3);
  Probe ready{.ok = false, .reasons = {"The database cannot be reached."}};
  const auto routes = admin_routes({.live = [] { return Probe{}; }, .ready = [&] { return ready; }}, metrics);
  const auto ask = [&](const std::string& path) {
    for (const auto& route : routes) {
      if (route.pattern == path) { return route.handler({}); }
    }
    return http::Response{.status = 404};
  };
  EXPECT_EQ(ask("/health/live").status, 200);
  EXPECT_EQ(ask("/health/live").body, R"({"status":"live","reasons":[]})");
  EXPECT_EQ(ask("/health/ready").status, 503);
  EXPECT_EQ(ask("/health/ready").body, R"({"status":"not ready","reasons":["The database cannot be reached."]})");
  ready = {};
  EXPECT_EQ(ask("/health/ready").status, 200);
  EXPECT_NE(ask("/metrics").body.find("bizcomms_things_total 3"), std::string::npos);
  EXPECT_TRUE(ask("/metrics").content_type.starts_with("text/plain"));
}

}  // namespace
}  // namespace bizcomms::api
