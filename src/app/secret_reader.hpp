// What options point to that are not to be written down: variables, files, and secrets that AWS Secrets Manager keeps.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "bizcomms/base/result.hpp"

namespace bizcomms::app {

// What it points to may change while the process runs: a file, or a secret in AWS.
[[nodiscard]] bool may_change(std::string_view reference);

// For one thread at a time.
class SecretReader {
public:
  // Region, endpoints and credentials of AWS as its own variables in `environment` say; `ca_file`: trusted instead of the system's
  // authorities, where not empty.
  explicit SecretReader(std::map<std::string, std::string> environment, std::string ca_file = {});
  ~SecretReader();

  // The text itself, or what it points to: "env:NAME", "file:PATH" (one trailing line break is dropped), "aws-secret:NAME", or
  // "aws-secret:NAME#key" for a member of the JSON object that the secret is. Blocks for some seconds at most. `invalid` in words that
  // follow the option's name, and show no secret.
  [[nodiscard]] Result<std::string> read(const std::string& text);

private:
  struct Aws;
  [[nodiscard]] Result<std::string> read_variable(const std::string& name) const;
  [[nodiscard]] Result<std::string> read_aws(std::string_view reference);

  std::map<std::string, std::string> m_environment;
  std::string m_ca_file;
  std::unique_ptr<Aws> m_aws;  // from the first secret there on
};

}  // namespace bizcomms::app
