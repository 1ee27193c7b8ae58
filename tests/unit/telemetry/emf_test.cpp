#include "bizcomms/telemetry/emf.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bizcomms/json/reader.hpp"

namespace bizcomms::telemetry {
namespace {

constexpr Time k_now{Millis{1'767'225'600'123}};

struct EmfTest : testing::Test {
  std::vector<std::string> next() { return documents.next(metrics.samples(), k_now); }
  // A member of the only document.
  std::optional<double> value(const std::string& name) {
    const auto lines = next();
    EXPECT_EQ(lines.size(), 1U);
    const auto document = json::Document::parse(lines.empty() ? "null" : lines.front());
    return document ? document->root()[name].as_double() : std::nullopt;
  }

  Metrics metrics;
  EmfDocuments documents{"BizComms", {{"cell", "eu"}}};
};

TEST_F(EmfTest, ADocumentHasTheFormatsShape) {
  metrics.gauge("bizcomms_queue_oldest_seconds", "Age.", {{"lane", "urgent"}}).set(1.5);
  metrics.counter("bizcomms_things_total", "Things.", {{"lane", "urgent"}}).add(3);
  const auto lines = next();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.front(),
            R"({"_aws":{"Timestamp":1767225600123,"CloudWatchMetrics":[{"Namespace":"BizComms","Dimensions":[["cell","lane"]],"Metrics":[)"
            R"({"Name":"bizcomms_things_total","Unit":"Count"},{"Name":"bizcomms_queue_oldest_seconds","Unit":"Seconds"}]}]},)"
            R"("cell":"eu","lane":"urgent","bizcomms_things_total":3,"bizcomms_queue_oldest_seconds":1.5})");
}

TEST_F(EmfTest, CountersTellWhatWasAdded) {
  auto& counter = metrics.counter("bizcomms_things_total", "Things.");
  EXPECT_TRUE(next().empty()) << "it has never counted";
  counter.add(5);
  EXPECT_EQ(value("bizcomms_things_total"), 5);
  counter.add(2);
  EXPECT_EQ(value("bizcomms_things_total"), 2);
  EXPECT_EQ(value("bizcomms_things_total"), 0);
}

TEST_F(EmfTest, HistogramsTellCountSumAndPercentilesOfWhatWasAdded) {
  auto& histogram = metrics.histogram("bizcomms_wait_seconds", "Wait.", {1, 2, 4});
  histogram.observe(100);
  EXPECT_EQ(value("bizcomms_wait_seconds_p50"), 4) << "beyond the last bucket nothing is known";
  EXPECT_TRUE(next().empty()) << "nothing was added";
  for (int i = 0; i < 10; ++i) { histogram.observe(i < 5 ? 0.5 : 1.5); }
  const auto lines = next();
  ASSERT_EQ(lines.size(), 1U);
  const auto document = json::Document::parse(lines.front());
  const auto read = [&](const char* name) { return document->root()[name].as_double(); };
  EXPECT_EQ(read("bizcomms_wait_seconds_count"), 10);
  EXPECT_EQ(read("bizcomms_wait_seconds_sum"), 10);
  EXPECT_EQ(read("bizcomms_wait_seconds_p50"), 1);
  EXPECT_NEAR(*read("bizcomms_wait_seconds_p90"), 1.8, 1e-9);
  EXPECT_NE(lines.front().find(R"({"Name":"bizcomms_wait_seconds_p99","Unit":"Seconds"})"), std::string::npos);
  EXPECT_NE(lines.front().find(R"({"Name":"bizcomms_wait_seconds_count","Unit":"Count"})"), std::string::npos);
}

TEST_F(EmfTest, ADocumentHasAHundredMetricsAtMost) {
  for (int i = 0; i < 205; ++i) { metrics.gauge(fmt::format("bizcomms_level_{}", i), "Level.").set(i); }
  const auto lines = next();
  ASSERT_EQ(lines.size(), 3U);
  std::size_t all = 0;
  for (const auto& line : lines) {
    const auto document = json::Document::parse(line);
    ASSERT_TRUE(document);
    const auto count = document->root()["_aws"]["CloudWatchMetrics"].elements().at(0)["Metrics"].elements().size();
    EXPECT_LE(count, 100U);
    all += count;
  }
  EXPECT_EQ(all, 205U);
}

TEST_F(EmfTest, LabelsAreDimensionsThatCloudWatchTakes) {
  metrics.gauge("bizcomms_level", "Level.", {{"a", ""}, {"b", std::string(2000, 'x')}}).set(1);
  metrics.gauge("bizcomms_build_info", "Always 1.", {{"commit", "abc"}}).set(1);
  const auto lines = next();
  ASSERT_EQ(lines.size(), 1U) << "what never changes is no metric";
  const auto document = json::Document::parse(lines.front());
  EXPECT_EQ(document->root()["a"].as_string(), "none");
  EXPECT_EQ(document->root()["b"].as_string()->size(), 1024U);
}

TEST_F(EmfTest, TheWriterTellsTheRestAtItsEnd) {
  std::string written;
  const SystemClock clock;
  {
    const EmfWriter writer({.interval = std::chrono::hours{1}}, {{"cell", "eu"}}, metrics, clock,
                           [&written](std::string_view line) { written += line; });
    metrics.counter("bizcomms_things_total", "Things.").add(4);
  }
  EXPECT_TRUE(written.starts_with(R"({"_aws":)"));
  EXPECT_TRUE(written.ends_with("\"bizcomms_things_total\":4}\n")) << written;
}

}  // namespace
}  // namespace bizcomms::telemetry
