// Secrets that are changed where they are kept are read again while the process runs: every so often, and at once where the current one
// was refused.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/ground.hpp"
#include "app/settings.hpp"
#include "bizcomms/base/live_secret.hpp"

namespace bizcomms::app {

struct RenewedSecret {
  std::string option;  // for the log
  LiveSecret secret;
  std::function<Status(const Secret&)> take = {};  // told before it is in force; an error: the old one stays
};

struct RenewalSettings {
  Millis interval{std::chrono::minutes{5}};
  Millis pause{std::chrono::seconds{5}};      // between two readings, however often one is refused
  Millis former_kept{std::chrono::hours{1}};  // how long the one before is accepted of others
};

// One thread, and so one reading at a time. What cannot be read, or is not a token, leaves the old one in force.
class SecretRenewal {
public:
  using Read = std::function<Result<std::string>(const std::string& source)>;

  // Only what has a source is renewed. `clock`, `log` and `metrics` must outlive it.
  SecretRenewal(RenewalSettings settings, std::vector<RenewedSecret> secrets, Read read, const Clock& clock, const Log& log,
                Metrics& metrics);
  ~SecretRenewal();  // waits for a reading under way
  void start();

  // Does what is due; the time until the next is. For the thread, and for tests without one.
  Millis tick();

private:
  struct Held;
  struct Bell;
  void run(const std::stop_token& stop);
  [[nodiscard]] SteadyTime due_at(const Held& held);
  void renew(Held& held);
  void put(Held& held, Secret next);

  const RenewalSettings m_settings;
  const Read m_read;
  const Clock& m_clock;
  const Log& m_log;
  std::vector<Held> m_held;
  std::shared_ptr<Bell> m_bell;  // shared with those who use the secrets
  std::jthread m_thread;
};

// Of a role: reads as this process's environment and the options say.
[[nodiscard]] std::unique_ptr<SecretRenewal> renewal_of(std::vector<RenewedSecret> secrets, const Settings& settings, Ground& ground);

}  // namespace bizcomms::app
