#include "aws/web_identity.hpp"

#include <fmt/format.h>

#include <utility>

#include "aws/request.hpp"
#include "aws/token_file.hpp"
#include "aws/xml.hpp"
#include "bizcomms/aws/environment.hpp"

namespace bizcomms::aws {
namespace {

constexpr int k_exchange_attempts = 3;
constexpr Millis k_exchange_pause{1'000};
constexpr Millis k_exchange_timeout{5'000};

// The file may hold a newer one by now.
bool is_fault_of_token(const Ending& ending) {
  return ending.code == "ExpiredTokenException" || ending.code == "ExpiredToken" || ending.code == "InvalidIdentityToken";
}

bool may_be_tried_again(const Ending& ending) {
  return ending.meaning == Meaning::busy || ending.meaning == Meaning::trouble || ending.meaning == Meaning::unreachable ||
         ending.meaning == Meaning::lost;
}

Result<AccessKey> key_in_xml(const std::string& body) {
  const auto xml = Xml::parse(body);
  const XmlElement given = xml ? xml->root()["AssumeRoleWithWebIdentityResult"]["Credentials"] : XmlElement();
  AccessKey key{.id = given["AccessKeyId"].text(),
                .secret = Secret(given["SecretAccessKey"].text()),
                .session_token = Secret(given["SessionToken"].text()),
                .expires_at = parse_rfc3339(given["Expiration"].text())};
  if (key.id.empty() || key.secret.empty() || key.session_token.empty() || !key.expires_at) {
    return Error{.code = ErrorCode::unavailable, .message = "The answer of STS holds no access key."};
  }
  return key;
}

}  // namespace

WebIdentity::WebIdentity(WebIdentitySettings settings, http::Client& http, const Clock& clock, Pause pause)
    : m_settings(std::move(settings)), m_http(http), m_clock(clock), m_pause(std::move(pause)) {}

// Without a signature: the token says who we are.
http::ClientRequest WebIdentity::request(std::string url, const Secret& token) const {
  const std::string session =
      m_settings.session_name.empty()
          ? fmt::format("bizcomms-{}", std::chrono::floor<std::chrono::seconds>(m_clock.now()).time_since_epoch().count())
          : m_settings.session_name;
  const http::Parameters form{{"RoleArn", m_settings.role}, {"RoleSessionName", session}, {"WebIdentityToken", token.reveal()}};
  const Call call{.service = Service::sts, .operation = "AssumeRoleWithWebIdentity", .body = http::to_form(form)};
  return request_of(call, std::move(url), k_exchange_timeout);
}

Error WebIdentity::error_of_refusal(Ending ending, const Secret& token) const {
  ending.message = excerpt(ending.message, token);  // before any sentence or cause is made of it
  Error error = error_of({.service = Service::sts, .operation = "AssumeRoleWithWebIdentity"}, ending);
  if (may_be_tried_again(ending) || ending.meaning == Meaning::foreign) { return error; }
  error.code = ErrorCode::misconfigured;
  error.cause = fmt::format("{} {} {}", ending.status, ending.code, ending.message);
  if (is_fault_of_token(ending) || ending.code == "IDPRejectedClaim") {
    error.message = fmt::format("STS does not accept the token in {}. Check the role's identity provider.", m_settings.token_file);
  } else if (ending.meaning == Meaning::denied) {
    error.message = fmt::format("STS denies us the role {}. Check its trust policy and the pod's service account.", m_settings.role);
  } else if (ending.code == "RegionDisabledException") {
    error.message = fmt::format("STS is switched off in the region {}. Switch it on, or set another AWS_REGION.", m_settings.region);
  } else {
    error.message = fmt::format("STS does not give us the role {}: {}.", m_settings.role, ending.code);
  }
  return error;
}

Result<AccessKey> WebIdentity::fetch() {
  auto url = endpoint_of({.region = m_settings.region, .endpoints = {{Service::sts, m_settings.sts_endpoint}}}, Service::sts);
  if (!url) { return url.error(); }
  bool read_again = false;
  for (int attempt = 1;;) {
    const auto token = read_token_file(m_settings.token_file);
    if (!token) { return token.error(); }
    const auto answer = http::fetch(m_http, request(*url, *token));
    const Ending ending = ending_of(Protocol::query, answer);
    if (ending.meaning == Meaning::done) { return key_in_xml(answer->body); }
    if (is_fault_of_token(ending) && !read_again) {
      read_again = true;
      continue;
    }
    const bool again = may_be_tried_again(ending) && attempt < k_exchange_attempts;
    if (!again || !m_pause(k_exchange_pause)) { return error_of_refusal(ending, *token); }
    ++attempt;
  }
}

}  // namespace bizcomms::aws
