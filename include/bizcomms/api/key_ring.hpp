// The API keys in force: those given at start, and those of the database, read anew while requests come in. Keys are known by
// their SHA-256 alone.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::api {

using KeyHash = std::array<std::uint8_t, 32>;

struct NamedKey {
  std::string name;  // who calls, in logs; the owner of idempotency keys
  KeyHash sha256{};
  bool chosen = false;  // by a person, so it may be guessed; false: 32 random bytes
};

[[nodiscard]] KeyHash hash_of(std::string_view key);

inline constexpr std::size_t k_given_key_min = 16;  // characters of a key that a person chose
inline constexpr std::size_t k_key_max = 256;

// A key given by configuration: 16 to 256 visible ASCII characters, and a name of 1 to 64 of a-z, 0-9, '-', '_', '.'. `misconfigured`,
// naming the key's name, never the key. One that `keys create` made is known by its form, and not taken for chosen.
[[nodiscard]] Result<NamedKey> given_key(std::string name, std::string_view key);

struct KeyRingSettings {
  Millis refresh{std::chrono::seconds{3}};    // a list older than this is read anew by one of the requests that ask
  Millis stale_max{std::chrono::seconds{8}};  // older: every request waits for the new list, so that a revoked key stops
  Millis refresh_on_miss{200};                // an unknown key may be a new one: the list is read anew unless it is younger than this
  Millis note_use{std::chrono::minutes{1}};   // how often the use of keys is told
};

// One key in force, shared with those who answer its requests. Thread-safe.
class Key {
public:
  explicit Key(NamedKey named) : m_named(std::move(named)) {}
  [[nodiscard]] const std::string& name() const { return m_named.name; }
  [[nodiscard]] const KeyHash& sha256() const { return m_named.sha256; }
  [[nodiscard]] bool may_be_guessed() const { return m_named.chosen; }

  // Where it was used from, by a small imprecise memory: what keeps an address that guesses from locking out those who share it.
  void used_from(std::size_t address_hash);
  [[nodiscard]] bool was_used_from(std::size_t address_hash) const;

  void used() { m_used.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool take_used() { return m_used.exchange(false, std::memory_order_relaxed); }  // since the last call

  // The rate limit's one figure: when a stream at exactly the allowed rate would be due next, on the steady clock.
  [[nodiscard]] std::atomic<std::int64_t>& rate_due() { return m_rate_due; }

private:
  NamedKey m_named;
  std::array<std::atomic<std::size_t>, 8> m_addresses{};
  std::atomic<std::int64_t> m_rate_due{0};
  std::atomic<bool> m_used{false};
};

// Thread-safe. Has no thread of its own: requests bring the list up to date.
class KeyRing {
public:
  // All keys that are in force now (not revoked). May block. An error keeps the list of before.
  using Load = std::function<Result<std::vector<NamedKey>>()>;

  // These loaded keys were used since the last call. May block; an error is let be.
  using NoteUse = std::function<Status(std::span<const KeyHash>)>;

  // `given` keys stand beside the loaded ones, and need no loading. Two keys may share a name: the old and the new one of a rotation.
  KeyRing(KeyRingSettings settings, const std::vector<NamedKey>& given, Load load, const Clock& clock, const Log& log,
          NoteUse note_use = {});

  // The key, or null: unknown or revoked. `unavailable` where it is not known and the list could not be read. Compares with every key in
  // constant time.
  enum class OnMiss : std::uint8_t { read_anew, leave_it };  // leave_it: for those who guess
  [[nodiscard]] Result<std::shared_ptr<Key>> find(std::string_view key, OnMiss on_miss = OnMiss::read_anew);

  // Other given keys from now on.
  void give(const std::vector<NamedKey>& given);

  // Reads the list now: at start, so that a database that cannot be read is known at once.
  Status refresh();

private:
  using Keys = std::vector<std::shared_ptr<Key>>;

  [[nodiscard]] std::shared_ptr<const Keys> given() const;
  [[nodiscard]] std::shared_ptr<const Keys> loaded() const;
  [[nodiscard]] Millis age() const;
  void keep_fresh();
  Status load_unless_newer_than(Millis age_max);
  Status load();
  void tell_use(const Keys& keys);

  const KeyRingSettings m_settings;
  const Load m_load;
  const NoteUse m_note_use;
  const Clock& m_clock;
  const Log m_log;

  mutable std::mutex m_keys_mutex;  // guards m_given and m_loaded
  std::shared_ptr<const Keys> m_given;
  std::shared_ptr<const Keys> m_loaded;
  std::mutex m_loading;  // held while the list is read; guards m_last_load and m_use_told_at
  Status m_last_load;
  SteadyTime m_use_told_at;
  std::atomic<std::int64_t> m_tried_at_ns{0};  // steady; of the last try, also a failed one
  std::atomic<bool> m_ever_tried{false};
};

}  // namespace bizcomms::api
