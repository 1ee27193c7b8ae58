#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "bizcomms/base/result.hpp"
#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::crypto {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  check(count <= 0x7FFFFFFF, "random bytes are asked for in small numbers");
  // Nothing secret may be made without randomness, so there is no going on.
  check(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1, "OpenSSL has randomness");
  return bytes;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace bizcomms::crypto
