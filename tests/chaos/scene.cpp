#include "chaos/scene.hpp"

#include <gtest/gtest.h>

namespace bizcomms::chaos {
namespace {

using namespace std::chrono_literals;

test::Environment scene_options(const test::Times& times, const test::Environment& more) {
  auto options = times.options();
  options["BIZCOMMS_PUBLIC_URL"] = "";
  for (const auto& [name, value] : more) { options.insert_or_assign(name, value); }
  return options;
}

}  // namespace

Scene::Scene(int people, const test::Environment& more) : m_cell(scene_options(m_times, more)), m_client({}, m_log, m_metrics) {
  m_cell.start_simulator();
  m_cell.faults("{" + m_times.lags() + R"(,"latency_min_ms":20,"latency_max_ms":60})");
  m_cell.start_serve();
  for (int n = 0; n < people; ++n) {
    m_people.push_back({.phone = test::number(n), .tags = {"all"}});
    m_cell.make_recipient(m_people.back().phone, R"(["all"])");
  }
}

void Scene::post() {
  const auto id =
      m_cell.post_alert(R"({"title":"Disk full","message":"The disk of host 7 is full.","recipient_filters":{"tags":["all"]}})");
  m_wanted.push_back({.id = id, .text = "Disk full\nThe disk of host 7 is full.", .tag = "all"});
}

Verdict Scene::verdict() { return Judge(m_cell, m_people).judge(m_wanted); }

void Scene::expect_each_once() {
  for (const Wanted& alert : m_wanted) {
    EXPECT_TRUE(m_cell.completes(alert.id, 120s)) << m_cell.call("GET", "/v1/alerts/" + alert.id + "/status").body;
  }
  const auto judged = verdict();
  for (const auto& finding : judged.findings) { ADD_FAILURE() << finding; }
  EXPECT_TRUE(judged.clean());
  EXPECT_EQ(judged.deliveries, static_cast<std::int64_t>(m_people.size() * m_wanted.size()));
  EXPECT_EQ(judged.failed, 0);
}

}  // namespace bizcomms::chaos
