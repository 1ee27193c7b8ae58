#include "api/authentication.hpp"

#include <functional>

namespace bizcomms::api {
namespace {

Error too_many_failures(Millis wait) {
  return {.code = ErrorCode::rate_limited,
          .message = "Too many requests from this address had no valid API key. Wait, and check the X-API-Key header.",
          .retry_after = wait};
}

Counter& refused(Metrics& metrics, const std::string& reason) {
  return metrics.counter("bizcomms_api_refused_total", "Requests refused before they were read, by reason.", {{"reason", reason}});
}

}  // namespace

Authentication::Authentication(const Settings& settings, KeyRing& keys, const Clock& clock, Metrics& metrics)
    : m_rate_limit(settings.rate_limit),
      m_given_keys(settings.given_keys),
      m_keys(keys),
      m_clock(clock),
      m_failures(settings.authentication_failures_per_minute, static_cast<std::size_t>(std::max(settings.addresses_max, 1)), clock),
      m_failed(refused(metrics, "unauthenticated")),
      m_failed_too_often(refused(metrics, "authentication_failures")),
      m_asked_too_often(refused(metrics, "rate_limit")) {}

Result<std::shared_ptr<Key>> Authentication::refuse(const std::string& client, const char* message) {
  if (const auto wait = m_failures.fail(client)) {
    m_failed_too_often.add();
    return too_many_failures(*wait);
  }
  m_failed.add();
  return Error{ErrorCode::unauthenticated, message};
}

std::optional<Millis> Authentication::wait_of(Key& key) const {
  if (m_rate_limit <= 0) { return std::nullopt; }
  const Rate rate{std::chrono::nanoseconds{std::chrono::seconds{1}} / m_rate_limit, m_rate_limit};
  const auto now = std::chrono::nanoseconds{m_clock.steady().time_since_epoch()}.count();
  auto due = key.rate_due().load();
  for (;;) {
    auto moved = due;
    if (const auto wait = wait_for(rate, moved, now)) { return std::chrono::ceil<Millis>(*wait); }
    if (key.rate_due().compare_exchange_weak(due, moved)) { return std::nullopt; }
  }
}

Result<std::shared_ptr<Key>> Authentication::key_of(const http::Request& request) {
  const auto given = request.headers.find("X-API-Key");
  const auto client = client_of(request.client_address);
  if (!given || given->empty()) { return refuse(client, "Send your API key in the X-API-Key header."); }
  const auto blocked = m_failures.wait(client);
  auto found = m_keys.find(*given, blocked ? KeyRing::OnMiss::leave_it : KeyRing::OnMiss::read_anew);
  if (!found) { return found; }
  const auto& key = *found;
  const auto address = std::hash<std::string>{}(client);
  if (blocked && (!key || (key->may_be_guessed() && !key->was_used_from(address)))) {
    m_failed_too_often.add();
    return too_many_failures(*blocked);
  }
  if (!key) {
    m_given_keys.refuse(m_given_keys.current());
    return refuse(client, "This API key is not known, or was revoked.");
  }
  key->used_from(address);
  if (const auto wait = wait_of(*key)) {
    m_asked_too_often.add();
    return Error{.code = ErrorCode::rate_limited, .message = "This API key has used up its requests per second.", .retry_after = *wait};
  }
  return found;
}

}  // namespace bizcomms::api
