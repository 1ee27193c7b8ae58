// A small cell for one scripted disaster: a few people, one alert to all of them, no faults unless asked for, and no callbacks, so that
// nothing but the protocol keeps a phone from being written to twice.
#pragma once

#include <string>
#include <vector>

#include "bizcomms/http/client.hpp"
#include "chaos/crew.hpp"
#include "chaos/judge.hpp"
#include "support/cell.hpp"
#include "support/times.hpp"

namespace bizcomms::chaos {

class Scene {
public:
  explicit Scene(int people, const test::Environment& more = {});

  [[nodiscard]] const test::Times& times() const { return m_times; }
  [[nodiscard]] test::Cell& cell() { return m_cell; }
  void post();  // the alert
  [[nodiscard]] test::Running start_worker(const test::Environment& more = {}) { return m_cell.start("work", more); }
  [[nodiscard]] int in_flight(const test::Running& worker) { return requests_in_flight(m_client, worker); }
  [[nodiscard]] int requests_ended(const test::Running& worker) { return chaos::requests_ended(m_client, worker); }
  [[nodiscard]] std::size_t taken() { return m_cell.taken().size(); }
  [[nodiscard]] Verdict verdict();
  // Every alert completed, every phone with its message, and no phone with two; fails the test otherwise.
  void expect_each_once();

private:
  const test::Times m_times{1.0 / 50};
  test::Cell m_cell;
  Log m_log = Log::silent();
  Metrics m_metrics;
  http::CurlClient m_client;
  std::vector<Person> m_people;
  std::vector<Wanted> m_wanted;
};

}  // namespace bizcomms::chaos
