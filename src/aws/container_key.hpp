// The access key that an agent beside us hands out: EKS Pod Identity, ECS. Source: AWS SDK reference guide, "Container credential
// provider".
#pragma once

#include <string>

#include "aws/key_source.hpp"
#include "aws/url.hpp"

namespace bizcomms::aws {

struct ContainerSettings {
  std::string url{};         // http only to this machine and to the agents' own addresses
  std::string token_file{};  // goes before `token`; read at every refresh
  Secret token{};
};

class ContainerKey final : public KeySource {
public:
  ContainerKey(ContainerSettings settings, http::Client& http, Pause pause);
  Result<AccessKey> fetch() override;

private:
  [[nodiscard]] Result<Secret> token() const;  // empty: none is asked for
  [[nodiscard]] http::ClientRequest request(const Secret& token) const;

  ContainerSettings m_settings;
  http::Client& m_http;
  Pause m_pause;
};

}  // namespace bizcomms::aws
