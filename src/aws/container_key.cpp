#include "aws/container_key.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "aws/token_file.hpp"
#include "bizcomms/json/reader.hpp"

namespace bizcomms::aws {
namespace {

constexpr int k_agent_attempts = 3;
constexpr Millis k_agent_pause{1'000};
constexpr Millis k_agent_timeout{2'000};
constexpr std::array<std::string_view, 5> k_plain_hosts{"localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"};

bool is_loopback_address(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && host.starts_with("127.");
}

bool may_be_asked(const Url& url) {
  return url.is_secure || is_loopback_address(url.host) ||
         std::find(k_plain_hosts.begin(), k_plain_hosts.end(), url.host) != k_plain_hosts.end();
}

Error unreadable_key(const std::string& host) {
  return Error{.code = ErrorCode::unavailable,
               .message = fmt::format("The answer of the credentials agent at {} holds no access key.", host)};
}

Result<AccessKey> key_in_json(const std::string& body, const std::string& host) {
  const auto document = json::Document::parse(body);
  if (!document) { return unreadable_key(host); }
  const json::Value root = document->root();
  AccessKey key{.id = root["AccessKeyId"].as_string().value_or(""),
                .secret = Secret(root["SecretAccessKey"].as_string().value_or("")),
                .session_token = Secret(root["Token"].as_string().value_or(""))};
  const auto expiration = root["Expiration"].as_string();
  if (expiration) { key.expires_at = parse_rfc3339(*expiration); }
  if (key.id.empty() || key.secret.empty() || (expiration && !key.expires_at)) { return unreadable_key(host); }
  return key;
}

// Agents explain themselves in plain text.
Result<AccessKey> key_of(const Result<http::ClientResponse>& answer, const std::string& host, const Secret& token) {
  if (!answer) {
    return Error{.code = ErrorCode::unavailable,
                 .message = fmt::format("The credentials agent could not be asked. {}", answer.error().message),
                 .cause = answer.error().cause};
  }
  if (answer->status == 200) { return key_in_json(answer->body, host); }
  const bool passes = answer->status >= 500 || answer->status == 429;
  return Error{.code = passes ? ErrorCode::unavailable : ErrorCode::misconfigured,
               .message = fmt::format("The credentials agent at {} answered {}.{}", host, answer->status,
                                      passes ? "" : " Check the role of the pod's service account, or of the task."),
               .cause = excerpt(answer->body, token)};
}

}  // namespace

ContainerKey::ContainerKey(ContainerSettings settings, http::Client& http, Pause pause)
    : m_settings(std::move(settings)), m_http(http), m_pause(std::move(pause)) {}

Result<Secret> ContainerKey::token() const {
  if (!m_settings.token_file.empty()) { return read_token_file(m_settings.token_file); }
  if (m_settings.token.empty()) { return Secret(); }
  return token_in(m_settings.token.reveal(), "The value of AWS_CONTAINER_AUTHORIZATION_TOKEN");
}

http::ClientRequest ContainerKey::request(const Secret& token) const {
  http::ClientRequest request;
  request.url = m_settings.url;
  request.headers.add("Accept", "application/json");
  if (!token.empty()) { request.headers.add("Authorization", token.reveal()); }
  request.timeout = k_agent_timeout;
  request.direct = true;  // it wants to be asked under its own address
  return request;
}

Result<AccessKey> ContainerKey::fetch() {
  const auto url = parse_url(m_settings.url);
  if (!url || !may_be_asked(*url)) {
    return Error{.code = ErrorCode::misconfigured,
                 .message =
                     "The address of the credentials agent is neither https nor one that plain http may go to. Check "
                     "AWS_CONTAINER_CREDENTIALS_FULL_URI and AWS_CONTAINER_CREDENTIALS_RELATIVE_URI."};
  }
  for (int attempt = 1;; ++attempt) {
    const auto own = token();
    if (!own) { return own.error(); }
    auto key = key_of(http::fetch(m_http, request(*own)), url->host, *own);
    if (key || attempt == k_agent_attempts || !m_pause(k_agent_pause)) { return key; }
  }
}

}  // namespace bizcomms::aws
