// Who asks: X-API-Key, with limits for those who guess and for those who ask too often.
#pragma once

#include <algorithm>
#include <memory>

#include "api/failure_limit.hpp"
#include "bizcomms/api/api.hpp"

namespace bizcomms::api {

// Thread-safe.
class Authentication {
public:
  Authentication(const Settings& settings, KeyRing& keys, const Clock& clock, Metrics& metrics);

  // The key that the request carries. Errors: `unauthenticated`; `rate_limited` with the wait, for too many failures of this client (then
  // also for a right key, unless it was used from this address before) or too many requests of this key; `unavailable`.
  [[nodiscard]] Result<std::shared_ptr<Key>> key_of(const http::Request& request);

private:
  Result<std::shared_ptr<Key>> refuse(const std::string& client, const char* message);
  [[nodiscard]] std::optional<Millis> wait_of(Key& key) const;

  const int m_rate_limit;
  KeyRing& m_keys;
  const Clock& m_clock;
  FailureLimit m_failures;
  Counter& m_failed;
  Counter& m_failed_too_often;
  Counter& m_asked_too_often;
};

}  // namespace bizcomms::api
