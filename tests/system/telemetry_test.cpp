// What the real binary tells of its work: traces by OTLP, log lines that belong to them, metrics, and metrics for CloudWatch.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <regex>
#include <set>

#include "support/cell.hpp"
#include "system/span_receiver.hpp"

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* k_trace_id = "0af7651916cd43dd8448eb211c80319c";
constexpr const char* k_caller = "b7ad6b7169203331";
constexpr const char* k_callback = "POST /v1/webhooks/twilio/message-status";
constexpr const char* k_fire = R"({"title":"Fire","message":"Leave the building."})";

std::string traceparent(bool sampled) { return std::string("00-") + k_trace_id + "-" + k_caller + (sampled ? "-01" : "-00"); }

void start_all(Cell& cell, const Environment& more) {
  cell.start_simulator();
  cell.start_serve(more);
  cell.start_work(more);
}

std::string post(Cell& cell, const http::Headers& headers) {
  const auto answer = cell.call("POST", "/v1/alerts", k_fire, headers);
  EXPECT_EQ(answer.status, 202) << answer.body;
  return answer.json()["alert_id"].as_string().value_or("");
}

bool is_delivered(Cell& cell, const std::string& id) {
  return eventually([&] { return cell.counts(id)["delivered"] == 1; });
}

TEST(Traces, OneTraceLeadsFromThePostThroughBothProcessesToTheCallback) {
  SpanReceiver receiver;
  Cell cell;
  start_all(cell, {{"BIZCOMMS_OTLP_ENDPOINT", receiver.url()}, {"BIZCOMMS_OTLP_HEADERS", "Authorization=Bearer%20t"}});
  cell.make_recipient(number(1));
  const auto id = post(cell, {{"traceparent", traceparent(true)}});
  ASSERT_TRUE(is_delivered(cell, id));
  // Of sent, and of delivered.
  ASSERT_TRUE(eventually([&] { return receiver.named(k_callback).size() >= 2 && !receiver.named("process alert_created").empty(); }));
  const auto only = [&](const std::string& name, const std::string& service, const std::string& parent) {
    const auto spans = receiver.named(name);
    EXPECT_EQ(spans.size(), 1U) << name;
    if (spans.empty()) { return std::string("none"); }
    EXPECT_EQ(spans[0].trace_id, k_trace_id) << name;
    EXPECT_EQ(spans[0].parent_id, parent) << name;
    if (!service.empty()) { EXPECT_EQ(spans[0].service, service) << name; }
    return spans[0].id;
  };
  const auto posted = only("POST /v1/alerts", "bizcomms-serve", k_caller);
  const auto published = only("publish alert_created", "", posted);  // either process may relay it
  const auto processed = only("process alert_created", "bizcomms-work", published);
  for (const auto* part : {"expand", "begin", "record"}) { only(part, "bizcomms-work", processed); }
  const auto requested = only("twilio.messages.create", "bizcomms-work", processed);
  for (const auto& callback : receiver.named(k_callback)) {
    EXPECT_EQ(callback.trace_id, k_trace_id);
    EXPECT_EQ(callback.parent_id, requested);
    EXPECT_EQ(callback.service, "bizcomms-serve");
  }
  EXPECT_EQ(receiver.authorization(), "Bearer t");
  const auto belongs = [&](const std::string& span) {
    return [&, span](const std::string& line) {
      return line.find(std::string(R"("trace_id":")") + k_trace_id) != std::string::npos && line.find(span) != std::string::npos;
    };
  };
  EXPECT_TRUE(cell.serve().wait_for_line(belongs(posted))) << "the lines of a request name its span";
  EXPECT_TRUE(cell.work().wait_for_line(belongs(processed))) << "so do those of an event";
}

TEST(Traces, WhatTheCallerDoesNotSampleIsNotTraced) {
  SpanReceiver receiver;
  Cell cell;
  start_all(cell, {{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", receiver.url() + "/v1/traces"}, {"OTEL_SERVICE_NAME", "ours"}});
  cell.make_recipient(number(1));
  ASSERT_TRUE(is_delivered(cell, post(cell, {{"traceparent", traceparent(false)}})));
  ASSERT_TRUE(is_delivered(cell, post(cell, {{"X-Amzn-Trace-Id", "Root=1-11111111-16cd43dd8448eb211c80319c"}})));
  ASSERT_TRUE(eventually([&] { return receiver.named(k_callback).size() >= 2; })) << "what nobody decides is traced";
  for (const auto& span : receiver.spans()) {
    EXPECT_NE(span.trace_id, k_trace_id) << span.name;
    EXPECT_EQ(span.service, "ours");
  }
  EXPECT_EQ(receiver.named("POST /v1/alerts").at(0).trace_id, "1111111116cd43dd8448eb211c80319c") << "the load balancer's id";
}

TEST(Traces, ACollectorThatIsAwayStopsNothing) {
  Cell cell;
  start_all(cell, {{"BIZCOMMS_OTLP_ENDPOINT", "http://127.0.0.1:1"}});
  cell.make_recipient(number(1));
  ASSERT_TRUE(is_delivered(cell, post(cell, {{"traceparent", traceparent(true)}})));
  ASSERT_TRUE(cell.work().wait_for_line([](const std::string& line) { return line.find("traces are not taken") != std::string::npos; }));
  for (auto* role : {&cell.work(), &cell.serve()}) {
    role->signal(SIGTERM);
    EXPECT_EQ(role->wait(20s), 0);
  }
}

// Every figure that a role serves is in the table, with its type and labels.
TEST(Metrics, WhatRolesServeStandsInTheTable) {
  Cell cell;
  start_all(cell, {});
  cell.make_recipient(number(1));
  ASSERT_TRUE(is_delivered(cell, cell.post_alert(k_fire)));
  std::ifstream stream(SOURCE_DIR "/METRICS.md");
  const std::string page((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  int found = 0;
  for (const auto& text : {cell.serve_metrics(), cell.work_metrics()}) {
    std::smatch match;
    const std::regex type("# TYPE (bizcomms_\\w+) (\\w+)\n\\w+(\\{[^\n]*\\})? ");
    for (auto each = std::sregex_iterator(text.begin(), text.end(), type); each != std::sregex_iterator(); ++each) {
      std::set<std::string> labels;
      const std::string written = (*each)[3];
      const std::regex label("(\\w+)=\"");
      for (auto one = std::sregex_iterator(written.begin(), written.end(), label); one != std::sregex_iterator(); ++one) {
        if ((*one)[1] != "le") { labels.insert((*one)[1]); }
      }
      std::string row = "| `" + std::string((*each)[1]) + "` | " + std::string((*each)[2]) + " | ";
      for (const auto& name : labels) { row += (name == *labels.begin() ? "`" : ", `") + name + "`"; }
      EXPECT_NE(page.find("\n" + row + " | "), std::string::npos) << row;
      ++found;
    }
  }
  EXPECT_GT(found, 40);
}

// The members of an EMF line that are metrics, checked against what CloudWatch demands.
void check_emf(const json::Value& root) {
  EXPECT_TRUE(root["_aws"]["Timestamp"].as_int());
  const auto directives = root["_aws"]["CloudWatchMetrics"].elements();
  ASSERT_EQ(directives.size(), 1U);
  EXPECT_EQ(directives[0]["Namespace"].as_string(), "Alerts");
  ASSERT_EQ(directives[0]["Dimensions"].elements().size(), 1U);
  for (const auto& dimension : directives[0]["Dimensions"].elements()[0].elements()) {
    EXPECT_FALSE(root[dimension.as_string().value_or("")].as_string().value_or("").empty());
  }
  const auto metrics = directives[0]["Metrics"].elements();
  EXPECT_LE(metrics.size(), 100U);
  for (const auto& metric : metrics) { EXPECT_TRUE(root[metric["Name"].as_string().value_or("")].as_double()); }
}

TEST(Emf, MetricsAreBareLinesOfJsonAmongTheLogs) {
  Cell cell{{{"BIZCOMMS_SWEEP_INTERVAL", "100ms"}}};
  cell.start_simulator();
  cell.start_serve();
  cell.start_work({{"BIZCOMMS_EMF_INTERVAL", "100ms"}, {"BIZCOMMS_EMF_NAMESPACE", "Alerts"}});
  cell.make_recipient(number(1));
  cell.make_recipient(number(2));
  ASSERT_TRUE(cell.completes(cell.post_alert(k_fire)));
  cell.work().signal(SIGTERM);
  ASSERT_EQ(cell.work().wait(20s), 0);
  double sent = 0;
  std::set<std::string> names;
  for (const auto& line : cell.work().lines()) {
    if (line.find("\"_aws\"") == std::string::npos) { continue; }
    const auto document = json::Document::parse(line);
    ASSERT_TRUE(document) << line;
    const auto root = document->root();
    check_emf(root);
    EXPECT_EQ(root["role"].as_string(), "work");
    for (const auto& member : root.members()) { names.insert(member.first); }
    if (root["outcome"].as_string() == "sent") { sent += root["bizcomms_deliveries_total"].as_double().value_or(0); }
  }
  EXPECT_EQ(sent, 2) << "the intervals' figures add up";
  for (const auto* name : {"bizcomms_queue_messages", "bizcomms_queue_oldest_seconds", "bizcomms_twilio_request_seconds_p99",
                           "bizcomms_breaker_open", "bizcomms_cell_active", "bizcomms_database_standby"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace bizcomms::test
