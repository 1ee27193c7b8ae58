// Whether the topic in SNS brings each lane's events to its queue, and no others.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "bizcomms/alert/values.hpp"
#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

struct LaneEnd {
  alert::Lane lane = alert::Lane::standard;
  std::string queue_arn{};
};

// A sentence for each thing that does not fit. Errors are the client's: `misconfigured` where there is no such topic.
[[nodiscard]] Result<std::vector<std::string>> topic_findings(const std::string& topic_arn, std::span<const LaneEnd> ends, Client& client);

}  // namespace bizcomms::aws
