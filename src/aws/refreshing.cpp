#include "aws/refreshing.hpp"

#include <utility>

namespace bizcomms::aws {
namespace {

constexpr std::chrono::minutes k_renew_in_background{15};  // before it expires
constexpr std::chrono::minutes k_renew_at_once{10};
// Between two tries: an agent that hands out the same key until shortly before its end, or a service that refuses every key, must not have
// us ask for each call.
constexpr std::chrono::seconds k_pause_with_key{30};
constexpr std::chrono::seconds k_pause_without_key{2};

bool is_same(const AccessKey& one, const AccessKey& other) {
  return one.id == other.id && one.secret == other.secret && one.session_token == other.session_token;
}

}  // namespace

RefreshingCredentials::RefreshingCredentials(std::unique_ptr<KeySource> source, const Clock& clock, const Log& log, std::stop_source stop)
    : m_source(std::move(source)), m_clock(clock), m_log(log), m_stop(std::move(stop)), m_thread([this] { run(); }) {}

RefreshingCredentials::~RefreshingCredentials() { m_stop.request_stop(); }

void RefreshingCredentials::run() {
  const std::stop_token stop = m_stop.get_token();
  Lock lock(m_mutex);
  while (m_changed.wait(lock, stop, [this] { return m_wanted; })) {
    m_wanted = false;
    if (!stop.stop_requested() && !m_refreshing && need() != Need::none) { refresh(lock); }
  }
}

bool RefreshingCredentials::is_valid() const {
  return m_key && !m_is_refused && (!m_key->expires_at || *m_key->expires_at > m_clock.now());
}

bool RefreshingCredentials::may_try() const {
  const Millis pause = is_valid() ? k_pause_with_key : k_pause_without_key;
  return !m_tried_at || m_clock.steady() - *m_tried_at >= pause;
}

RefreshingCredentials::Need RefreshingCredentials::need() const {
  if (!may_try()) { return Need::none; }
  if (!is_valid()) { return Need::now; }
  if (!m_key->expires_at) { return Need::none; }
  const auto left = *m_key->expires_at - m_clock.now();
  if (left <= k_renew_at_once && !m_failure) { return Need::now; }
  return left <= k_renew_in_background ? Need::in_background : Need::none;
}

void RefreshingCredentials::refresh(Lock& lock) {
  m_refreshing = true;
  lock.unlock();
  auto fetched = m_source->fetch();
  lock.lock();
  m_refreshing = false;
  keep(std::move(fetched));
  m_changed.notify_all();
}

void RefreshingCredentials::keep(Result<AccessKey> fetched) {
  if (fetched && fetched->expires_at && *fetched->expires_at <= m_clock.now()) {
    fetched = Error{.code = ErrorCode::unavailable,
                    .message = "The AWS access key that was given to us has expired already. Check this machine's clock."};
  }
  m_tried_at = m_clock.steady();
  if (!fetched) {
    m_log.warning("AWS credentials could not be renewed", fetched.error());
    m_failure = fetched.error();
    return;
  }
  m_key = *std::move(fetched);
  m_failure.reset();
  m_is_refused = false;
}

void RefreshingCredentials::want_another() {
  if (m_refreshing) { return; }
  m_wanted = true;
  m_changed.notify_all();
}

std::optional<AccessKey> RefreshingCredentials::at_hand() {
  const Lock lock(m_mutex);
  const Need what = need();
  if (!is_valid() || what == Need::now) { return std::nullopt; }
  if (what == Need::in_background) { want_another(); }
  return m_key;
}

Result<AccessKey> RefreshingCredentials::current() {
  Lock lock(m_mutex);
  const Need what = need();
  if (m_refreshing && (what == Need::now || !is_valid())) {
    m_changed.wait(lock, [this] { return !m_refreshing; });
  } else if (what == Need::now) {
    refresh(lock);
  } else if (what == Need::in_background) {
    want_another();
  }
  if (is_valid()) { return *m_key; }
  return m_failure.value_or(Error{.code = ErrorCode::unavailable, .message = "There is no valid AWS access key at the moment."});
}

void RefreshingCredentials::refused(const AccessKey& key) {
  const Lock lock(m_mutex);
  if (!m_key || !is_same(*m_key, key)) { return; }
  const SteadyTime now = m_clock.steady();
  if (m_refused_at && now - *m_refused_at < k_pause_with_key) { return; }  // another was just fetched for that reason
  m_refused_at = now;
  m_is_refused = true;
  m_tried_at.reset();
}

}  // namespace bizcomms::aws
