#include "bizcomms/aws/secrets.hpp"

#include "aws/secret_value.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::aws {

Result<Secret> read_secret(Client& client, const std::string& name, const std::string& key) {
  json::Writer body;
  body.begin_object().field("SecretId", name).end_object();
  const auto answer = client.call({.service = Service::secrets_manager, .operation = "GetSecretValue", .body = body.take()});
  const auto secret = secret_in(answer, name);
  return secret ? member_of(*secret, name, key) : secret;
}

}  // namespace bizcomms::aws
