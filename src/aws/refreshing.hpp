// Access keys that are renewed before they expire.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "aws/key_source.hpp"

namespace bizcomms::aws {

// Thread-safe. From 15 minutes before a key expires, whoever asks for it has it renewed in the background; from 10 minutes before, the
// first who asks waits for that, and should it fail, the background goes on trying while the old key is valid.
class RefreshingCredentials final : public Credentials {
public:
  // `stop` ends the pauses of the source when these credentials end.
  RefreshingCredentials(std::unique_ptr<KeySource> source, const Clock& clock, const Log& log, std::stop_source stop);
  ~RefreshingCredentials() override;
  Result<AccessKey> current() override;
  std::optional<AccessKey> at_hand() override;
  void refused(const AccessKey& key) override;

private:
  enum class Need : std::uint8_t { none, in_background, now };
  using Lock = std::unique_lock<std::mutex>;

  void run();
  // All below are called with the mutex held; refresh() lets go of it while the source is asked.
  [[nodiscard]] bool is_valid() const;
  [[nodiscard]] bool may_try() const;
  [[nodiscard]] Need need() const;
  void refresh(Lock& lock);
  void want_another();
  void keep(Result<AccessKey> fetched);

  std::unique_ptr<KeySource> m_source;  // who set m_refreshing uses it
  const Clock& m_clock;
  Log m_log;
  std::stop_source m_stop;

  std::mutex m_mutex;  // guards all below
  std::condition_variable_any m_changed;
  std::optional<AccessKey> m_key;
  std::optional<Error> m_failure;  // of the latest refresh
  std::optional<SteadyTime> m_tried_at;
  std::optional<SteadyTime> m_refused_at;
  bool m_is_refused = false;  // m_key
  bool m_refreshing = false;
  bool m_wanted = false;  // in the background

  std::jthread m_thread;  // last: it ends before what it uses
};

}  // namespace bizcomms::aws
