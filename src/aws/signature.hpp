// AWS Signature Version 4. Pure, but for the keys that are kept. Source: AWS General Reference, "Signature Version 4".
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "aws/url.hpp"
#include "bizcomms/aws/credentials.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/crypto/crypto.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::aws {

// What a signature holds for.
struct Scope {
  Time time{};
  std::string region{};
  std::string service{};
};

struct Signable {
  std::string method{};
  Url url{};
  http::Headers headers{};  // with Host and X-Amz-Date
  std::string_view body{};
};

[[nodiscard]] std::string amazon_date(Time time);                  // "20260115T123456Z"
[[nodiscard]] std::string scope_text(const Scope& scope);          // "20260115/eu-west-1/sqs/aws4_request"
[[nodiscard]] std::string signed_names(const Signable& signable);  // "content-type;host;x-amz-date"
[[nodiscard]] std::string canonical_request(const Signable& signable);
[[nodiscard]] std::string string_to_sign(std::string_view canonical, const Scope& scope);
[[nodiscard]] crypto::Sha256 signing_key(const Secret& secret, const Scope& scope);

// The latest signing key of each service: they hold for a day. Not thread-safe.
class SigningKeys {
public:
  [[nodiscard]] const crypto::Sha256& of(const Secret& secret, const Scope& scope);

private:
  struct Kept {
    Secret secret{};
    std::string scope{};
    crypto::Sha256 key{};
  };
  std::map<std::string, Kept, std::less<>> m_kept;
};

// Adds X-Amz-Date, X-Amz-Security-Token where the key is temporary, and Authorization. `url` is the request's.
void sign(http::ClientRequest& request, const Url& url, const AccessKey& key, const Scope& scope, SigningKeys& keys);

}  // namespace bizcomms::aws
