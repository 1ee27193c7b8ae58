// Who we are to AWS: environment variables, a pod's web identity (IRSA), container credentials (EKS Pod Identity, ECS), in this order.
// Source: wire facts 6.6.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/secret.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::aws {

struct AccessKey {
  std::string id{};
  Secret secret{};
  Secret session_token{};  // empty where it is not temporary
  std::optional<Time> expires_at{};
};

// Where access keys come from. Thread-safe.
class Credentials {
public:
  virtual ~Credentials() = default;
  // One that is valid now. Blocks only while there is none, or the one there is expires soon; one refresh at a time. A failed refresh keeps
  // the old one for as long as it is valid. `misconfigured`: there is no source; `unavailable`: it does not answer.
  virtual Result<AccessKey> current() = 0;
  // The same where that does not block; nothing: current() must be asked.
  virtual std::optional<AccessKey> at_hand() = 0;
  virtual void refused(const AccessKey& key) = 0;  // a service has called it expired or unknown: the next current() gets another
};

// Never changes. For tests.
class FixedCredentials final : public Credentials {
public:
  explicit FixedCredentials(AccessKey key) : m_key(std::move(key)) {}
  Result<AccessKey> current() override { return m_key; }
  std::optional<AccessKey> at_hand() override { return m_key; }
  void refused(const AccessKey& /*key*/) override {}

private:
  AccessKey m_key;
};

// The chain. `environment`: all of this process's variables; `region` and `sts_endpoint` are where a web identity is exchanged.
[[nodiscard]] std::unique_ptr<Credentials> credentials_from(const std::map<std::string, std::string>& environment, std::string region,
                                                            std::string sts_endpoint, http::Client& http, const Clock& clock,
                                                            const Log& log);

}  // namespace bizcomms::aws
