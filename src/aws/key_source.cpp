#include "aws/key_source.hpp"

#include "aws/container_key.hpp"
#include "aws/web_identity.hpp"

namespace bizcomms::aws {
namespace {

constexpr const char* k_agent_of_tasks = "http://169.254.170.2";

class Variables {
public:
  explicit Variables(const std::map<std::string, std::string>& all) : m_all(all) {}
  // Empty and absent are the same.
  [[nodiscard]] std::string operator[](const char* name) const {
    const auto found = m_all.find(name);
    return found == m_all.end() ? "" : found->second;
  }

private:
  const std::map<std::string, std::string>& m_all;
};

std::unique_ptr<KeySource> always(std::string fault) {
  return std::make_unique<FixedSource>(Error{.code = ErrorCode::misconfigured, .message = std::move(fault)});
}

// A key from outside, which nobody renews.
class EnvironmentKey final : public KeySource {
public:
  EnvironmentKey(AccessKey key, const Clock& clock) : m_key(std::move(key)), m_clock(clock) {}
  Result<AccessKey> fetch() override {
    if (m_key.expires_at && *m_key.expires_at <= m_clock.now()) {
      return Error{.code = ErrorCode::misconfigured,
                   .message = "The access key in AWS_ACCESS_KEY_ID has expired, by AWS_CREDENTIAL_EXPIRATION. Start with a new one."};
    }
    return m_key;
  }

private:
  AccessKey m_key;
  const Clock& m_clock;
};

std::unique_ptr<KeySource> from_key(const Variables& variables, const Clock& clock) {
  AccessKey key{.id = variables["AWS_ACCESS_KEY_ID"],
                .secret = Secret(variables["AWS_SECRET_ACCESS_KEY"]),
                .session_token = Secret(variables["AWS_SESSION_TOKEN"])};
  if (key.id.empty()) { return always("AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not."); }
  if (key.secret.empty()) { return always("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not."); }
  if (const std::string expires = variables["AWS_CREDENTIAL_EXPIRATION"]; !expires.empty()) {
    key.expires_at = parse_rfc3339(expires);
    if (!key.expires_at) { return always("AWS_CREDENTIAL_EXPIRATION is not a time such as 2026-01-15T12:34:56Z."); }
  }
  return std::make_unique<EnvironmentKey>(std::move(key), clock);
}

}  // namespace

std::unique_ptr<KeySource> source_from(const std::map<std::string, std::string>& environment, std::string region, std::string sts_endpoint,
                                       http::Client& http, const Clock& clock, Pause pause) {
  const Variables variables(environment);
  if (!variables["AWS_ACCESS_KEY_ID"].empty() || !variables["AWS_SECRET_ACCESS_KEY"].empty()) { return from_key(variables, clock); }
  if (const std::string file = variables["AWS_WEB_IDENTITY_TOKEN_FILE"]; !file.empty()) {
    const std::string role = variables["AWS_ROLE_ARN"];
    if (role.empty()) { return always("AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not."); }
    return std::make_unique<WebIdentity>(
        WebIdentitySettings{role, file, variables["AWS_ROLE_SESSION_NAME"], std::move(region), std::move(sts_endpoint)}, http, clock,
        std::move(pause));
  }
  const std::string relative = variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  const std::string url = relative.empty() ? variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] : k_agent_of_tasks + relative;
  if (url.empty()) {
    return always("There are no AWS credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the pod or the task a role.");
  }
  return std::make_unique<ContainerKey>(
      ContainerSettings{url, variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], Secret(variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"])},
      http, std::move(pause));
}

}  // namespace bizcomms::aws
