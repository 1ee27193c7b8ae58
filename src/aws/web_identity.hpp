// A pod's web identity (IRSA): its token, exchanged at STS for the access key of a role. Source: AWS STS, AssumeRoleWithWebIdentity.
#pragma once

#include <string>

#include "aws/ending.hpp"
#include "aws/key_source.hpp"

namespace bizcomms::aws {

struct WebIdentitySettings {
  std::string role{};          // its ARN
  std::string token_file{};    // read at every refresh: tokens are renewed there
  std::string session_name{};  // empty: one of ours
  std::string region{};
  std::string sts_endpoint{};  // empty: the region's
};

class WebIdentity final : public KeySource {
public:
  WebIdentity(WebIdentitySettings settings, http::Client& http, const Clock& clock, Pause pause);
  Result<AccessKey> fetch() override;

private:
  [[nodiscard]] http::ClientRequest request(std::string url, const Secret& token) const;
  [[nodiscard]] Error error_of_refusal(Ending ending, const Secret& token) const;

  WebIdentitySettings m_settings;
  http::Client& m_http;
  const Clock& m_clock;
  Pause m_pause;
};

}  // namespace bizcomms::aws
