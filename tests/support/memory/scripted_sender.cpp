#include "support/memory/scripted_sender.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bizcomms::test {

using namespace alert;

ScriptedSender::ScriptedSender(std::string account, std::vector<std::string> senders)
    : m_account(std::move(account)), m_senders(std::move(senders)), m_engine([this](const std::stop_token& stop) { run(stop); }) {}

ScriptedSender::~ScriptedSender() {
  m_engine.request_stop();
  m_engine.join();
  for (Pending& pending : m_pending) { pending.done(Error{.code = ErrorCode::outcome_unknown, .message = "The sender was stopped."}); }
}

void ScriptedSender::script(const std::string& to, Result<ProviderId> answer) {
  const std::scoped_lock lock(m_mutex);
  m_scripts[to].push_back(std::move(answer));
}

void ScriptedSender::script_all(Answer answer) {
  const std::scoped_lock lock(m_mutex);
  m_default = std::move(answer);
}

ProviderId ScriptedSender::fresh_sid(Channel channel) {
  const std::scoped_lock lock(m_mutex);
  return fmt::format("{}{:032x}", channel == Channel::sms ? "SM" : "CA", ++m_last_sid);
}

void ScriptedSender::hold() {
  const std::scoped_lock lock(m_mutex);
  m_held = true;
}

void ScriptedSender::release() {
  const std::scoped_lock lock(m_mutex);
  m_held = false;
  m_changed.notify_all();
}

std::vector<Dispatch> ScriptedSender::dispatches() const {
  const std::scoped_lock lock(m_mutex);
  return m_dispatches;
}

std::vector<Dispatch> ScriptedSender::dispatches_to(const std::string& to) const {
  std::vector<Dispatch> found = dispatches();
  std::erase_if(found, [&](const Dispatch& dispatch) { return dispatch.to != to; });
  return found;
}

bool ScriptedSender::wait_for_dispatches(std::size_t count, Millis at_most) const {
  std::unique_lock lock(m_mutex);
  return m_changed.wait_for(lock, at_most, [&] { return m_dispatches.size() >= count; });
}

void ScriptedSender::send(Dispatch dispatch, std::function<void(Result<ProviderId>)> done) {
  const std::scoped_lock lock(m_mutex);
  m_dispatches.push_back(dispatch);
  m_pending.push_back({std::move(dispatch), std::move(done)});
  m_changed.notify_all();
}

BodyHash ScriptedSender::body_hash(Channel channel, const std::string& title, const std::string& message) const {
  BodyHash hash{};
  if (channel == Channel::voice) { return hash; }
  std::uint64_t value = 14'695'981'039'346'656'037ULL;  // FNV-1a
  for (const char c : fmt::format("{}\n{}", title, message)) { value = (value ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL; }
  for (std::size_t i = 0; i < 8; ++i) { hash[i] = static_cast<std::uint8_t>(value >> (8U * i)); }
  return hash;
}

ScriptedSender::Answer ScriptedSender::answer_for(const Dispatch& dispatch) {
  const std::scoped_lock lock(m_mutex);
  auto& scripted = m_scripts[dispatch.to];
  if (!scripted.empty()) {
    auto answer = std::move(scripted.front());
    scripted.pop_front();
    return [answer = std::move(answer)](const Dispatch&) { return answer; };
  }
  if (m_default) { return m_default; }
  return [this](const Dispatch& sent) { return Result<ProviderId>(fresh_sid(sent.id.channel)); };
}

void ScriptedSender::run(const std::stop_token& stop) {
  while (true) {
    std::unique_lock lock(m_mutex);
    if (!m_changed.wait(lock, stop, [&] { return !m_held && !m_pending.empty(); })) { return; }
    Pending next = std::move(m_pending.front());
    m_pending.pop_front();
    lock.unlock();
    next.done(answer_for(next.dispatch)(next.dispatch));
  }
}

}  // namespace bizcomms::test
