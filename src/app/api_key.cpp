#include "app/api_key.hpp"

#include "bizcomms/api/key_ring.hpp"
#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::app {

std::string new_api_key() {
  constexpr std::size_t k_key_bytes = 32;
  const auto bytes = crypto::random_bytes(k_key_bytes);
  std::vector<std::uint8_t> raw(bytes.begin(), bytes.end());
  return "bzk_" + crypto::to_base64url(raw);
}

Result<std::string> create_api_key(store::ApiKeys& keys, const std::string& name) {
  auto key = new_api_key();
  const auto named = api::given_key(name, key);  // the rules for names are the API's
  if (!named) { return Error{ErrorCode::invalid, named.error().message}; }
  if (auto added = keys.add(name, named->sha256); !added) { return added.error(); }
  return key;
}

}  // namespace bizcomms::app
