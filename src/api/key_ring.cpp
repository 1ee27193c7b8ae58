#include "bizcomms/api/key_ring.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::api {
namespace {

constexpr std::size_t k_name_max = 64;
constexpr std::string_view k_made_prefix = "bzk_";  // of `keys create`, before 32 bytes in base64url
constexpr std::size_t k_made_size = 47;

std::string_view bytes_of(const KeyHash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

bool is_key_name(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; };
  return !name.empty() && name.size() <= k_name_max && std::all_of(name.begin(), name.end(), allowed);
}

std::int64_t nanoseconds(SteadyTime time) { return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count(); }

using Keys = std::vector<std::shared_ptr<Key>>;

std::shared_ptr<Key> match(const Keys& keys, const KeyHash& hash) {
  std::shared_ptr<Key> found;
  for (const auto& key : keys) {
    if (crypto::equal_in_constant_time(bytes_of(key->sha256()), bytes_of(hash))) { found = key; }
  }
  return found;
}

// Keys that stay keep their object, and with it their rate and their addresses.
Keys renewed(const Keys& before, const std::vector<NamedKey>& named) {
  Keys keys;
  for (const auto& each : named) {
    const auto same = [&](const auto& key) { return key->name() == each.name && key->sha256() == each.sha256; };
    const auto known = std::find_if(before.begin(), before.end(), same);
    keys.push_back(known != before.end() ? *known : std::make_shared<Key>(each));
  }
  return keys;
}

}  // namespace

KeyHash hash_of(std::string_view key) { return crypto::sha256(key); }

Result<NamedKey> given_key(std::string name, std::string_view key) {
  if (!is_key_name(name)) {
    return Error{ErrorCode::misconfigured, "The name of an API key must be 1 to 64 characters of a-z, 0-9, '-', '_' and '.'."};
  }
  if (key.size() < k_given_key_min || key.size() > k_key_max || !is_visible_ascii(key)) {
    return Error{ErrorCode::misconfigured, fmt::format("The API key \"{}\" must be {} to {} visible ASCII characters; "
                                                       "`bizcomms keys create` makes a good one.",
                                                       name, k_given_key_min, k_key_max)};
  }
  const bool made = key.size() == k_made_size && key.starts_with(k_made_prefix);
  return NamedKey{std::move(name), hash_of(key), !made};
}

// Zero means an empty place, so a hash of zero is moved aside.
void Key::used_from(std::size_t address_hash) {
  auto& place = m_addresses.at(address_hash % m_addresses.size());
  if (place.load(std::memory_order_relaxed) != (address_hash | 1U)) { place.store(address_hash | 1U, std::memory_order_relaxed); }
}

bool Key::was_used_from(std::size_t address_hash) const {
  return m_addresses.at(address_hash % m_addresses.size()).load(std::memory_order_relaxed) == (address_hash | 1U);
}

KeyRing::KeyRing(KeyRingSettings settings, const std::vector<NamedKey>& given, Load load, const Clock& clock, const Log& log,
                 NoteUse note_use)
    : m_settings(settings),
      m_load(std::move(load)),
      m_note_use(std::move(note_use)),
      m_clock(clock),
      m_log(log),
      m_given(std::make_shared<const Keys>(renewed({}, given))),
      m_loaded(std::make_shared<const Keys>()),
      m_use_told_at(clock.steady()) {}

std::shared_ptr<const KeyRing::Keys> KeyRing::given() const {
  const std::scoped_lock lock(m_keys_mutex);
  return m_given;
}

void KeyRing::give(const std::vector<NamedKey>& keys) {
  auto anew = std::make_shared<const Keys>(renewed(*given(), keys));
  const std::scoped_lock lock(m_keys_mutex);
  m_given = std::move(anew);
}

std::shared_ptr<const KeyRing::Keys> KeyRing::loaded() const {
  const std::scoped_lock lock(m_keys_mutex);
  return m_loaded;
}

Millis KeyRing::age() const {
  if (!m_ever_tried.load()) { return Millis::max(); }
  return std::chrono::duration_cast<Millis>(std::chrono::nanoseconds{nanoseconds(m_clock.steady()) - m_tried_at_ns.load()});
}

Status KeyRing::load() {
  auto read = m_load ? m_load() : Result<std::vector<NamedKey>>(std::vector<NamedKey>{});
  m_tried_at_ns = nanoseconds(m_clock.steady());
  m_ever_tried = true;
  if (!read) {
    m_log.warning("api keys cannot be read", read.error());
    m_last_load = read.error();
    return m_last_load;
  }
  auto keys = std::make_shared<const Keys>(renewed(*loaded(), *read));
  tell_use(*keys);
  const std::scoped_lock lock(m_keys_mutex);
  m_loaded = std::move(keys);
  m_last_load = {};
  return {};
}

void KeyRing::tell_use(const Keys& keys) {
  const auto now = m_clock.steady();
  if (!m_note_use || now - m_use_told_at < m_settings.note_use) { return; }
  m_use_told_at = now;
  std::vector<KeyHash> used;
  for (const auto& key : keys) {
    if (key->take_used()) { used.push_back(key->sha256()); }
  }
  if (used.empty()) { return; }
  if (const auto told = m_note_use(used); !told) { m_log.debug("use of api keys not noted", {{"why", told.error().message}}); }
}

// Who waited for another's load takes its answer.
Status KeyRing::load_unless_newer_than(Millis age_max) {
  const std::scoped_lock lock(m_loading);
  return age() <= age_max ? m_last_load : load();
}

Status KeyRing::refresh() {
  const std::scoped_lock lock(m_loading);
  return load();
}

void KeyRing::keep_fresh() {
  const auto age_now = age();
  if (age_now <= m_settings.refresh) { return; }
  if (age_now > m_settings.stale_max) {
    static_cast<void>(load_unless_newer_than(m_settings.refresh));
    return;
  }
  const std::unique_lock lock(m_loading, std::try_to_lock);
  if (lock.owns_lock() && age() > m_settings.refresh) { static_cast<void>(load()); }
}

Result<std::shared_ptr<Key>> KeyRing::find(std::string_view key, OnMiss on_miss) {
  if (key.empty() || key.size() > k_key_max) { return std::shared_ptr<Key>{}; }
  const auto hash = hash_of(key);
  if (auto found = match(*given(), hash)) { return found; }  // needs no database
  keep_fresh();
  if (auto found = match(*loaded(), hash)) {
    found->used();
    return found;
  }
  if (on_miss == OnMiss::leave_it) { return std::shared_ptr<Key>{}; }
  const auto anew = load_unless_newer_than(m_settings.refresh_on_miss);
  if (auto found = match(*loaded(), hash)) { return found; }
  if (!anew) { return Error{ErrorCode::unavailable, "API keys cannot be checked at the moment; try again.", anew.error().message}; }
  return std::shared_ptr<Key>{};
}

}  // namespace bizcomms::api
