#include "app/secret_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "bizcomms/aws/credentials.hpp"
#include "bizcomms/aws/environment.hpp"
#include "bizcomms/aws/secrets.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::app {
namespace {

constexpr std::string_view k_env = "env:";
constexpr std::string_view k_file = "file:";
constexpr std::string_view k_aws = "aws-secret:";

Result<std::string> file_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (text.empty()) { return Error{ErrorCode::invalid, fmt::format("points to the file {}, which is empty or cannot be read", path)}; }
  if (text.ends_with('\n')) { text.pop_back(); }
  if (text.ends_with('\r')) { text.pop_back(); }
  return text;
}

}  // namespace

// There is neither a log nor a registry yet when options are read.
struct SecretReader::Aws {
  Aws(const aws::Settings& settings, const std::string& sts, const std::map<std::string, std::string>& environment,
      const std::string& ca_file)
      : http({.ca_file = ca_file}, log, metrics),
        credentials(aws::credentials_from(environment, settings.region, sts, http, clock, log)),
        client(settings, *credentials, http, clock, log, metrics) {}

  Log log = Log::silent();
  Metrics metrics;
  SystemClock clock;
  http::CurlClient http;
  std::unique_ptr<aws::Credentials> credentials;
  aws::Client client;
};

bool may_change(std::string_view reference) { return reference.starts_with(k_file) || reference.starts_with(k_aws); }

SecretReader::SecretReader(std::map<std::string, std::string> environment, std::string ca_file)
    : m_environment(std::move(environment)), m_ca_file(std::move(ca_file)) {}

SecretReader::~SecretReader() = default;

Result<std::string> SecretReader::read(const std::string& text) {
  if (text.starts_with(k_file)) { return file_text(text.substr(k_file.size())); }
  if (text.starts_with(k_aws)) { return read_aws(std::string_view(text).substr(k_aws.size())); }
  if (text.starts_with(k_env)) { return read_variable(text.substr(k_env.size())); }
  return text;
}

Result<std::string> SecretReader::read_variable(const std::string& name) const {
  const auto found = m_environment.find(name);
  if (found == m_environment.end()) {
    return Error{ErrorCode::invalid, fmt::format("points to the environment variable {}, which is not set", name)};
  }
  return found->second;
}

Result<std::string> SecretReader::read_aws(std::string_view reference) {
  const auto hash = std::min(reference.find('#'), reference.size());
  const std::string name(reference.substr(0, hash));
  const std::string key(reference.substr(std::min(hash + 1, reference.size())));
  if (name.empty()) {
    return Error{ErrorCode::invalid, "points to AWS Secrets Manager without a name; write aws-secret:NAME or aws-secret:NAME#key"};
  }
  if (!m_aws) {
    const auto settings = aws::completed({}, m_environment);
    const auto sts = aws::endpoint_of(settings, aws::Service::sts);
    if (!sts) { return Error{ErrorCode::invalid, "points to AWS Secrets Manager, but AWS_REGION is not set"}; }
    m_aws = std::make_unique<Aws>(settings, *sts, m_environment, m_ca_file);
  }
  auto secret = aws::read_secret(m_aws->client, name, key);
  if (secret) { return secret->reveal(); }
  return Error{ErrorCode::invalid, fmt::format("points to AWS Secrets Manager, which does not give it: {}", secret.error().message)};
}

}  // namespace bizcomms::app
