// API keys: names and SHA-256 hashes; the keys themselves are never here. Thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bizcomms/db/pool.hpp"

namespace bizcomms::store {

struct ApiKey {
  std::string name{};
  db::Hash hash{};
  Time created_at{};
  std::optional<Time> last_used_at{};
  std::optional<Time> revoked_at{};
};

class ApiKeys {
public:
  explicit ApiKeys(db::Pool& pool) : m_pool(pool) {}
  Status add(const std::string& name, const db::Hash& hash);  // `conflict`: an active key has that name
  Result<std::vector<ApiKey>> list();                         // revoked ones too, by name, newest first
  Result<std::vector<ApiKey>> active();                       // for the API to keep
  Status revoke(const std::string& name);                     // `not_found`: no active key has that name
  Status note_use(std::span<const db::Hash> hashes);          // they were used now

private:
  db::Pool& m_pool;
};

}  // namespace bizcomms::store
