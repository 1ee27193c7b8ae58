// HTTP as a drill asks it: an answer, or status 0.
#pragma once

#include <string>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/http/client.hpp"
#include "support/cell.hpp"

namespace bizcomms::drill {

// Thread-safe.
class Web {
public:
  Web() : m_client({}, m_log, m_metrics) {}
  test::Answer ask(const std::string& method, const std::string& url, const std::string& body = {}, const http::Headers& headers = {});

private:
  Log m_log = Log::silent();
  Metrics m_metrics;
  http::CurlClient m_client;
};

}  // namespace bizcomms::drill
