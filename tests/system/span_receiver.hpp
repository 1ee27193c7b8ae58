// Where a role's traces go in a test: takes OTLP over HTTP, and keeps the spans.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bizcomms/http/server.hpp"

namespace bizcomms::test {

struct ReceivedSpan {
  std::string service;
  std::string name;
  std::string trace_id;
  std::string id;
  std::string parent_id;
};

class SpanReceiver {
public:
  SpanReceiver();
  [[nodiscard]] std::string url() const { return "http://" + m_server.address(); }
  [[nodiscard]] std::vector<ReceivedSpan> spans() const;
  [[nodiscard]] std::vector<ReceivedSpan> named(const std::string& name) const;
  [[nodiscard]] std::string authorization() const;  // of the latest export

private:
  http::Response take(const http::Request& request);

  Log m_log = Log::silent();
  Metrics m_metrics;
  SystemClock m_clock;
  mutable std::mutex m_mutex;  // guards the two below
  std::vector<ReceivedSpan> m_spans;
  std::string m_authorization;
  http::Server m_server;
};

}  // namespace bizcomms::test
