// The metrics as the code makes them: every counter(…), gauge(…) and histogram(…) with a name of ours.
#pragma once

#include <map>
#include <set>
#include <string>

namespace bizcomms::tidy {

struct MadeMetric {
  std::string type;  // "counter"
  std::string meaning;
  std::set<std::string> labels;
  bool operator==(const MadeMetric&) const = default;
};

// By name. Fails the test where one is made in two ways, or by a call that names no label literally.
[[nodiscard]] std::map<std::string, MadeMetric> made_metrics();

// The rows of METRICS.md, as they must be.
[[nodiscard]] std::string metrics_table();

}  // namespace bizcomms::tidy
