#include "system/span_receiver.hpp"

#include <stdexcept>

#include "bizcomms/json/reader.hpp"

namespace bizcomms::test {

namespace {

http::ServerSettings on_a_free_port() {
  http::ServerSettings settings;
  settings.listen = "127.0.0.1:0";
  return settings;
}

}  // namespace

SpanReceiver::SpanReceiver() : m_server(on_a_free_port(), m_log, m_metrics, m_clock) {
  m_server.route({"POST", "/v1/traces", [this](const http::Request& request) { return take(request); }});
  if (!m_server.start()) { throw std::runtime_error("the receiver of spans did not start"); }
}

http::Response SpanReceiver::take(const http::Request& request) {
  const auto document = json::Document::parse(request.body);
  if (!document) { return {.status = 400}; }
  const std::scoped_lock lock(m_mutex);
  m_authorization = request.headers.find("Authorization").value_or("");
  for (const auto& resource : document->root()["resourceSpans"].elements()) {
    std::string service;
    for (const auto& attribute : resource["resource"]["attributes"].elements()) {
      if (attribute["key"].as_string() == "service.name") { service = attribute["value"]["stringValue"].as_string().value_or(""); }
    }
    for (const auto& scope : resource["scopeSpans"].elements()) {
      for (const auto& span : scope["spans"].elements()) {
        m_spans.push_back({service, span["name"].as_string().value_or(""), span["traceId"].as_string().value_or(""),
                           span["spanId"].as_string().value_or(""), span["parentSpanId"].as_string().value_or("")});
      }
    }
  }
  return {.body = "{}"};
}

std::vector<ReceivedSpan> SpanReceiver::spans() const {
  const std::scoped_lock lock(m_mutex);
  return m_spans;
}

std::vector<ReceivedSpan> SpanReceiver::named(const std::string& name) const {
  auto found = spans();
  std::erase_if(found, [&](const ReceivedSpan& span) { return span.name != name; });
  return found;
}

std::string SpanReceiver::authorization() const {
  const std::scoped_lock lock(m_mutex);
  return m_authorization;
}

}  // namespace bizcomms::test
