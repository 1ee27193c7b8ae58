// A Sender that answers by script and keeps what it was asked to send.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bizcomms/alert/sending.hpp"

namespace bizcomms::test {

// Thread-safe. Answers arrive on a thread of its own, as an engine's do. What was not answered when it is destroyed ends in
// `outcome_unknown`.
class ScriptedSender final : public alert::Sender {
public:
  using Answer = std::function<Result<alert::ProviderId>(const alert::Dispatch&)>;

  explicit ScriptedSender(std::string account = "AC-scripted", std::vector<std::string> senders = {"+15550000001"});
  ~ScriptedSender() override;
  ScriptedSender(const ScriptedSender&) = delete;
  ScriptedSender& operator=(const ScriptedSender&) = delete;

  // The next request to that number is answered so; several queue up.
  void script(const std::string& to, Result<alert::ProviderId> answer);
  // All requests without a script; by default each is taken under a fresh SID.
  void script_all(Answer answer);
  [[nodiscard]] alert::ProviderId fresh_sid(alert::Channel channel);

  void hold();     // answers wait
  void release();  // those that waited, and all later ones, go out

  [[nodiscard]] std::vector<alert::Dispatch> dispatches() const;  // in the order they came
  [[nodiscard]] std::vector<alert::Dispatch> dispatches_to(const std::string& to) const;
  // True as soon as that many were asked for; false after `at_most`.
  [[nodiscard]] bool wait_for_dispatches(std::size_t count, Millis at_most) const;

  void send(alert::Dispatch dispatch, std::function<void(Result<alert::ProviderId>)> done) override;
  [[nodiscard]] const std::string& account() const override { return m_account; }
  [[nodiscard]] const std::vector<std::string>& senders() const override { return m_senders; }
  // Not SHA-256, but equal for equal texts and different for different ones; zeros for calls.
  [[nodiscard]] alert::BodyHash body_hash(alert::Channel channel, const std::string& title, const std::string& message) const override;

private:
  struct Pending {
    alert::Dispatch dispatch;
    std::function<void(Result<alert::ProviderId>)> done;
  };
  void run(const std::stop_token& stop);
  [[nodiscard]] Answer answer_for(const alert::Dispatch& dispatch);

  const std::string m_account;
  const std::vector<std::string> m_senders;
  mutable std::mutex m_mutex;  // guards all below but the thread
  mutable std::condition_variable_any m_changed;
  std::map<std::string, std::deque<Result<alert::ProviderId>>> m_scripts;
  Answer m_default;
  std::deque<Pending> m_pending;
  std::vector<alert::Dispatch> m_dispatches;
  std::uint64_t m_last_sid = 0;
  bool m_held = false;
  std::jthread m_engine;  // last: it uses all above
};

}  // namespace bizcomms::test
