// How calls ended and how long they took, by service and operation.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

// Not thread-safe.
class CallMeter {
public:
  explicit CallMeter(Metrics& metrics) : m_metrics(metrics) {}
  void ended(const Call& call, const Result<Answer>& result, SteadyTime::duration took);
  void retried(const Call& call);

private:
  struct OfOperation {
    Histogram* seconds = nullptr;
    Counter* retries = nullptr;
    std::map<std::string_view, Counter*> outcomes{};  // keys are literals
  };
  OfOperation& of(const Call& call);

  Metrics& m_metrics;
  std::map<std::pair<Service, std::string>, OfOperation> m_operations;
};

}  // namespace bizcomms::aws
