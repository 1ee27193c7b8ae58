// Secrets Manager: values that others keep for us, and change there. Source: AWS Secrets Manager, GetSecretValue.
#pragma once

#include <memory>
#include <string>

#include "bizcomms/aws/client.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/secret.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::aws {

struct SecretsSettings {
  Millis refresh{std::chrono::minutes{5}};  // an older value is read again
  Millis pause{std::chrono::seconds{5}};    // between two readings of one secret, whatever they are for
};

// Thread-safe. Keeps what it has read. Client and clock outlive it.
class Secrets {
public:
  Secrets(Client& client, const Clock& clock, SecretsSettings settings = {});
  ~Secrets();

  // The secret `name` (or its ARN), or where `key` is not empty that member of the JSON object it is. Blocks only while there is no value
  // yet, or it was forgotten; an old one is given out while it is read again, and kept where that fails. `misconfigured`: no such secret or
  // member, or access is denied; `unavailable`: it cannot be read now. No message shows a content.
  [[nodiscard]] Result<Secret> get(const std::string& name, const std::string& key = "");
  void forget(const std::string& name);  // it was not accepted: the next get() reads it again, unless that was just done

private:
  struct Hidden;
  std::shared_ptr<Hidden> m_hidden;  // shared with readings under way
};

}  // namespace bizcomms::aws
