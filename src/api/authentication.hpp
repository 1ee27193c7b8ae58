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

  // The key that the request carries. Errors: `unauthenticated`; `rate_limited` with the wait, for too many failures of this client or too
  // many requests of this key; `unavailable`. A right key is served whoever else fails at its address, so that nobody can lock it out; but
  // one that a person chose, and could be guessed, only where it was used from that address before.
  [[nodiscard]] Result<std::shared_ptr<Key>> key_of(const http::Request& request);

private:
  Result<std::shared_ptr<Key>> refuse(const std::string& client, const char* message);
  [[nodiscard]] std::optional<Millis> wait_of(Key& key) const;

  const int m_rate_limit;
  const LiveSecret m_given_keys;
  KeyRing& m_keys;
  const Clock& m_clock;
  FailureLimit m_failures;
  Counter& m_failed;
  Counter& m_failed_too_often;
  Counter& m_asked_too_often;
};

}  // namespace bizcomms::api
