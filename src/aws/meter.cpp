#include "aws/meter.hpp"

namespace bizcomms::aws {
namespace {

std::string_view outcome_name(const Result<Answer>& result) {
  if (!result) { return to_string(result.error().code); }
  return result->refusal ? "refused" : "ok";
}

}  // namespace

CallMeter::OfOperation& CallMeter::of(const Call& call) {
  OfOperation& found = m_operations[{call.service, call.operation}];
  if (found.seconds == nullptr) {
    const std::string service(to_string(call.service));
    found.seconds = &m_metrics.histogram("bizcomms_aws_request_seconds", "Time of a call to AWS, its retries included.", Metrics::k_seconds,
                                         {{"service", service}, {"operation", call.operation}});
    found.retries = &m_metrics.counter("bizcomms_aws_retries_total", "Calls to AWS that were tried once more.",
                                       {{"service", service}, {"operation", call.operation}});
  }
  return found;
}

void CallMeter::ended(const Call& call, const Result<Answer>& result, SteadyTime::duration took) {
  OfOperation& operation = of(call);
  const std::string_view outcome = outcome_name(result);
  Counter*& counter = operation.outcomes[outcome];
  if (counter == nullptr) {
    counter = &m_metrics.counter(
        "bizcomms_aws_requests_total", "Calls to AWS, by how they ended.",
        {{"service", std::string(to_string(call.service))}, {"operation", call.operation}, {"outcome", std::string(outcome)}});
  }
  counter->add();
  operation.seconds->observe(std::chrono::duration<double>(took).count());
}

void CallMeter::retried(const Call& call) { of(call).retries->add(); }

}  // namespace bizcomms::aws
