#include "aws/secret_value.hpp"

#include <fmt/format.h>

#include <utility>

#include "bizcomms/crypto/crypto.hpp"
#include "bizcomms/json/reader.hpp"

namespace bizcomms::aws {
namespace {

Error secret_fault(std::string message) { return Error{.code = ErrorCode::misconfigured, .message = std::move(message)}; }

Error not_readable(const std::string& name) {
  return Error{.code = ErrorCode::unavailable,
               .message = fmt::format("What Secrets Manager answers for the secret {} cannot be read.", name)};
}

Error error_of_refusal(const Refusal& refusal, const std::string& name) {
  Error error = secret_fault(fmt::format("Secrets Manager does not give us the secret {}: {}.", name, refusal.code));
  if (refusal.code == "InvalidRequestException") { error.message += " It may be about to be deleted."; }
  error.cause = refusal.message;
  return error;
}

}  // namespace

Result<Secret> secret_in(const Result<Answer>& answer, const std::string& name) {
  if (!answer) { return answer.error(); }
  if (answer->refusal) { return error_of_refusal(*answer->refusal, name); }
  const auto document = json::Document::parse(answer->body);
  if (!document) { return not_readable(name); }
  if (auto text = document->root()["SecretString"].as_string()) { return Secret(*std::move(text)); }
  const auto encoded = document->root()["SecretBinary"].as_string();
  auto bytes = encoded ? crypto::from_base64(*encoded) : std::nullopt;
  if (!bytes) { return not_readable(name); }
  return Secret(*std::move(bytes));
}

Result<Secret> member_of(const Secret& secret, const std::string& name, const std::string& key) {
  if (key.empty()) { return secret; }
  const auto document = json::Document::parse(secret.reveal());
  if (!document || !document->root().is_object()) {
    return secret_fault(fmt::format("The secret {} is not a JSON object, so it has no member {}.", name, key));
  }
  const json::Value member = document->root()[key];
  if (member.is_null()) { return secret_fault(fmt::format("The secret {} has no member {}.", name, key)); }
  auto text = member.as_string();
  if (!text) { return secret_fault(fmt::format("The member {} of the secret {} is not a text.", key, name)); }
  return Secret(*std::move(text));
}

}  // namespace bizcomms::aws
