// The figures of /metrics as CloudWatch's embedded metric format: bare lines of JSON that CloudWatch Logs turns into metrics.
// Source: AWS documentation, "Specification: Embedded metric format". Its limits hold: 100 metrics a document, values that are numbers,
// dimensions without ids.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::telemetry {

struct EmfSettings {
  Millis interval{0};  // between two sets of documents; nought: none are written
  std::string name_space = "BizComms";
};

// Makes documents of snapshots that follow each other. Series with equal labels share one, whose dimensions are these labels and those of
// all. Gauges are written as they are; counters as what was added since the snapshot before, from when they first counted; a histogram that
// was added to as count and sum of that, and as its 50th, 90th and 99th percentile, estimated from its buckets. Constant series (_info) are
// left out. Not thread-safe.
class EmfDocuments {
public:
  EmfDocuments(std::string name_space, Labels of_all) : m_name_space(std::move(name_space)), m_of_all(std::move(of_all)) {}
  [[nodiscard]] std::vector<std::string> next(const std::vector<Sample>& samples, Time now);  // each without a line break

private:
  const std::string m_name_space;
  const Labels m_of_all;
  std::map<std::pair<std::string, Labels>, Sample> m_before;
};

// Writes the documents from a thread of its own every `interval`, and once more at its end. All given must outlive it.
class EmfWriter {
public:
  EmfWriter(EmfSettings settings, Labels of_all, const Metrics& metrics, const Clock& clock,
            std::function<void(std::string_view line)> write);  // with its line break
  ~EmfWriter();
  EmfWriter(const EmfWriter&) = delete;
  EmfWriter& operator=(const EmfWriter&) = delete;

private:
  void write_once();

  const EmfSettings m_settings;
  EmfDocuments m_documents;
  const Metrics& m_metrics;
  const Clock& m_clock;
  const std::function<void(std::string_view)> m_write;
  std::jthread m_thread;  // last: it uses all above
};

}  // namespace bizcomms::telemetry
