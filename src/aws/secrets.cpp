#include "bizcomms/aws/secrets.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "aws/secret_value.hpp"
#include "bizcomms/json/writer.hpp"

namespace bizcomms::aws {
namespace {

// One secret, as far as it is known.
struct Entry {
  std::optional<Secret> value{};
  std::optional<Error> failure{};  // of the latest reading
  std::optional<SteadyTime> asked_at{};
  std::optional<SteadyTime> read_at{};  // the value; nothing: it is to be read again
  bool is_forgotten = false;
  bool is_reading = false;
};

Call reading_of(const std::string& name) {
  json::Writer body;
  body.begin_object().field("SecretId", name).end_object();
  return {.service = Service::secrets_manager, .operation = "GetSecretValue", .body = body.take()};
}

}  // namespace

struct Secrets::Hidden {
  Hidden(Client& c, const Clock& k, SecretsSettings s) : client(c), clock(k), settings(s) {}

  [[nodiscard]] bool is_due(const Entry& entry) const;
  void take(const std::string& name, const Result<Answer>& answer);

  Client& client;
  const Clock& clock;
  SecretsSettings settings;
  std::mutex mutex;  // guards entries
  std::condition_variable changed;
  std::map<std::string, Entry> entries;
};

bool Secrets::Hidden::is_due(const Entry& entry) const {
  const SteadyTime now = clock.steady();
  if (entry.is_reading || (entry.asked_at && now - *entry.asked_at < settings.pause)) { return false; }
  return entry.is_forgotten || !entry.read_at || now - *entry.read_at >= settings.refresh;
}

// On a thread of the client's.
void Secrets::Hidden::take(const std::string& name, const Result<Answer>& answer) {
  auto secret = secret_in(answer, name);
  {
    const std::lock_guard lock(mutex);
    Entry& entry = entries[name];
    entry.is_reading = false;
    if (secret) {
      entry.value = *std::move(secret);
      entry.read_at = clock.steady();
      entry.failure.reset();
    } else {
      entry.read_at.reset();
      entry.failure = secret.error();
    }
  }
  changed.notify_all();
}

Secrets::Secrets(Client& client, const Clock& clock, SecretsSettings settings)
    : m_hidden(std::make_shared<Hidden>(client, clock, settings)) {}

Secrets::~Secrets() = default;

Result<Secret> Secrets::get(const std::string& name, const std::string& key) {
  std::unique_lock lock(m_hidden->mutex);
  Entry& entry = m_hidden->entries[name];  // never removed
  bool must_wait = !entry.value || entry.is_forgotten;
  if (m_hidden->is_due(entry)) {
    entry.is_reading = true;
    entry.is_forgotten = false;
    entry.asked_at = m_hidden->clock.steady();
    m_hidden->client.send(reading_of(name), [hidden = m_hidden, name](const Result<Answer>& answer) { hidden->take(name, answer); });
  }
  if (must_wait) {
    m_hidden->changed.wait(lock, [&] { return !entry.is_reading; });
  }
  if (!entry.value) { return *entry.failure; }
  const Secret value = *entry.value;
  lock.unlock();
  return member_of(value, name, key);
}

void Secrets::forget(const std::string& name) {
  const std::lock_guard lock(m_hidden->mutex);
  m_hidden->entries[name].is_forgotten = true;
}

}  // namespace bizcomms::aws
