#include "twilio/meter.hpp"

namespace bizcomms::twilio {
namespace {

Counter& outcome(Metrics& metrics, const std::string& operation, const std::string& name) {
  return metrics.counter("bizcomms_twilio_requests_total", "Requests to Twilio, by how they ended.",
                         {{"operation", operation}, {"outcome", name}});
}

}  // namespace

OperationMeter::OperationMeter(Metrics& metrics, const std::string& operation)
    : m_seconds(metrics.histogram("bizcomms_twilio_request_seconds", "Time of a request to Twilio.", Metrics::k_seconds,
                                  {{"operation", operation}})),
      m_succeeded(outcome(metrics, operation, "ok")) {
  for (std::size_t i = 0; i < k_codes; ++i) { m_failed.at(i) = &outcome(metrics, operation, to_string(static_cast<ErrorCode>(i))); }
}

void OperationMeter::succeeded(SteadyTime::duration took) {
  m_succeeded.add();
  m_seconds.observe(std::chrono::duration<double>(took).count());
}

void OperationMeter::failed(ErrorCode code, SteadyTime::duration took) {
  m_failed.at(static_cast<std::size_t>(code))->add();
  m_seconds.observe(std::chrono::duration<double>(took).count());
}

}  // namespace bizcomms::twilio
