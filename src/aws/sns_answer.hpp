// What SNS answers to a batch, in XML. Pure.
#pragma once

#include <string>
#include <vector>

namespace bizcomms::aws {

struct NamedEntry {
  std::string id{};
  bool taken = false;
  bool at_fault = false;  // where it was not taken
  std::string code{};
};

// None where the answer cannot be read.
[[nodiscard]] std::vector<NamedEntry> published_entries(const std::string& body);

}  // namespace bizcomms::aws
