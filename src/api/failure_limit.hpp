// Counts failed authentications of each client address. Bounded memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/rate.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::api {

// What counts as one client: an IPv4 address, the /64 of an IPv6 address (who has one address has them all), other text as it is.
[[nodiscard]] std::string client_of(std::string_view address);

// Thread-safe.
class FailureLimit {
public:
  FailureLimit(int per_minute, std::size_t clients_max, const Clock& clock);

  // How long this client must wait before a failure of its would be taken again; nothing: it may try. Cheap while nobody fails.
  [[nodiscard]] std::optional<Millis> wait(const std::string& client);
  // One more failure. The wait if it is one too many.
  [[nodiscard]] std::optional<Millis> fail(const std::string& client);

private:
  [[nodiscard]] std::int64_t now() const;
  [[nodiscard]] std::int64_t& due_of(const std::string& client, std::int64_t now);

  const Rate m_rate;
  const std::size_t m_clients_max;
  const Clock& m_clock;
  std::atomic<bool> m_anybody{false};
  std::mutex m_mutex;  // guards all below
  std::unordered_map<std::string, std::int64_t> m_due;
  std::int64_t m_due_of_others = 0;  // one count for all who do not fit into m_due
  std::int64_t m_swept_at = 0;
};

}  // namespace bizcomms::api
