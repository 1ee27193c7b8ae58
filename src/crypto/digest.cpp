#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "bizcomms/base/result.hpp"
#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::crypto {
namespace {

template <class Digest>
Digest hmac(const EVP_MD* algorithm, std::string_view key, std::string_view data) {
  // An empty key is a valid key, but OpenSSL takes a null pointer for "no key".
  const char* bytes = key.empty() ? "" : key.data();
  check(key.size() <= 0x7FFFFFFF, "the key of an authentication code fits an int");
  Digest digest{};
  unsigned int length = 0;
  const auto* made = HMAC(algorithm, bytes, static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(data.data()), data.size(),
                          digest.data(), &length);
  check(made != nullptr && length == digest.size(), "OpenSSL computes an HMAC");
  return digest;
}

template <class Digest>
Digest hash(const EVP_MD* algorithm, std::string_view data) {
  Digest digest{};
  unsigned int length = 0;
  const int made = EVP_Digest(data.data(), data.size(), digest.data(), &length, algorithm, nullptr);
  check(made == 1 && length == digest.size(), "OpenSSL computes a hash");
  return digest;
}

}  // namespace

Sha256 sha256(std::string_view data) { return hash<Sha256>(EVP_sha256(), data); }

Md5 md5(std::string_view data) { return hash<Md5>(EVP_md5(), data); }

Sha256 hmac_sha256(std::string_view key, std::string_view data) { return hmac<Sha256>(EVP_sha256(), key, data); }

Sha1 hmac_sha1(std::string_view key, std::string_view data) { return hmac<Sha1>(EVP_sha1(), key, data); }

}  // namespace bizcomms::crypto
