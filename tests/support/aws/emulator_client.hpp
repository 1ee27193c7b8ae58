// Calls to an emulator as the SDKs make them, but for the signature: an emulator takes any, and reads from it only which service is meant.
#pragma once

#include <string>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/http/message.hpp"

namespace bizcomms::test {

// Thread-safe. Throws where no HTTP answer comes.
class EmulatorClient {
public:
  explicit EmulatorClient(std::string url);

  // The services that speak JSON. `target`: "AmazonSQS.CreateQueue".
  [[nodiscard]] http::ClientResponse json(const std::string& service, const std::string& target, const std::string& body);
  // SNS and STS. `parameters`: with Action.
  [[nodiscard]] http::ClientResponse form(const std::string& service, const http::Parameters& parameters);

private:
  [[nodiscard]] http::ClientResponse post(const std::string& service, http::Headers headers, std::string body);

  std::string m_url;
  Log m_log = Log::silent();
  Metrics m_metrics;
  http::CurlClient m_client;
};

// The body of an answer with status 200; throws what any other says.
[[nodiscard]] std::string body_of(http::ClientResponse response);

// The text of the first element of that name; empty where there is none.
[[nodiscard]] std::string element_of(const std::string& xml, const std::string& name);

}  // namespace bizcomms::test
