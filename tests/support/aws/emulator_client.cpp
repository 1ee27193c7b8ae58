#include "support/aws/emulator_client.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "support/aws/emulator.hpp"

namespace bizcomms::test {

EmulatorClient::EmulatorClient(std::string url) : m_url(std::move(url)), m_client({}, m_log, m_metrics) {}

http::ClientResponse EmulatorClient::json(const std::string& service, const std::string& target, const std::string& body) {
  return post(service, {{"Content-Type", "application/x-amz-json-1.0"}, {"X-Amz-Target", target}}, body);
}

http::ClientResponse EmulatorClient::form(const std::string& service, const http::Parameters& parameters) {
  return post(service, {{"Content-Type", "application/x-www-form-urlencoded"}}, http::to_form(parameters));
}

http::ClientResponse EmulatorClient::post(const std::string& service, http::Headers headers, std::string body) {
  headers.add("Authorization", fmt::format("AWS4-HMAC-SHA256 Credential=test/20260101/{}/{}/aws4_request, SignedHeaders=host, Signature=0",
                                           k_aws_region, service));
  auto response = http::fetch(m_client, {.method = "POST",
                                         .url = m_url + "/",
                                         .headers = std::move(headers),
                                         .body = std::move(body),
                                         .timeout = std::chrono::seconds{60}});  // above the longest poll
  if (!response) { throw std::runtime_error(response.error().message + " " + response.error().cause); }
  return *std::move(response);
}

std::string body_of(http::ClientResponse response) {
  if (response.status != 200) { throw std::runtime_error(fmt::format("{}: {}", response.status, response.body)); }
  return std::move(response.body);
}

std::string element_of(const std::string& xml, const std::string& name) {
  const auto begin = xml.find("<" + name + ">");
  const auto end = xml.find("</" + name + ">");
  if (begin == std::string::npos || end == std::string::npos) { return {}; }
  const auto from = begin + name.size() + 2;
  return xml.substr(from, end - from);
}

}  // namespace bizcomms::test
