#include "bizcomms/base/metrics.hpp"

#include <gtest/gtest.h>

namespace bizcomms {
namespace {

TEST(Metrics, TheSameNameAndLabelsGiveTheSameMetric) {
  Metrics metrics;
  auto& one = metrics.counter("bizcomms_things_total", "Things.", {{"kind", "a"}});
  metrics.counter("bizcomms_things_total", "Things.", {{"kind", "a"}}).add(2);
  metrics.counter("bizcomms_things_total", "Things.", {{"kind", "b"}}).add();
  EXPECT_EQ(one.value(), 2);
}

TEST(Metrics, TextIsPrometheusForm) {
  Metrics metrics;
  metrics.counter("bizcomms_things_total", "Things.", {{"kind", "a"}}).add(3);
  metrics.gauge("bizcomms_level", "Level.").set(1.5);
  metrics.histogram("bizcomms_wait_seconds", "Wait.", Metrics::k_seconds).observe(0.02);
  const auto text = metrics.text();
  EXPECT_NE(text.find("# TYPE bizcomms_things_total counter"), std::string::npos);
  EXPECT_NE(text.find("bizcomms_things_total{kind=\"a\"} 3"), std::string::npos);
  EXPECT_NE(text.find("bizcomms_level 1.5"), std::string::npos);
  EXPECT_NE(text.find("bizcomms_wait_seconds_bucket{le=\"0.025\"} 1"), std::string::npos);
}

}  // namespace
}  // namespace bizcomms
