#include "app/secret_renewal.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "app/secret_reader.hpp"
#include "app/sources.hpp"

namespace bizcomms::app {
namespace {

// No more of a value may be said than that.
Status check_token(const Secret& secret) {
  const std::string& text = secret.reveal();
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
  if (!text.empty() && visible) { return {}; }
  return Error{ErrorCode::misconfigured, "It is empty, or holds blanks or other characters that no token has."};
}

Counter& readings(Metrics& metrics, const std::string& option, const std::string& outcome) {
  return metrics.counter("bizcomms_secret_readings_total", "Secrets read again while running, by what came of it.",
                         {{"option", option}, {"outcome", outcome}});
}

}  // namespace

struct SecretRenewal::Held {
  RenewedSecret renewed;
  SteadyTime read_at;
  std::optional<SteadyTime> changed_at{};  // while the one before is accepted
  Counter& changed;
  Counter& same;
  Counter& failed;
};

struct SecretRenewal::Bell {
  std::mutex mutex;  // guards all below
  std::condition_variable_any rung;
  std::set<std::string> refused;  // options
  std::uint64_t rings = 0;
};

SecretRenewal::SecretRenewal(RenewalSettings settings, std::vector<RenewedSecret> secrets, Read read, const Clock& clock, const Log& log,
                             Metrics& metrics)
    : m_settings(settings), m_read(std::move(read)), m_clock(clock), m_log(log), m_bell(std::make_shared<Bell>()) {
  for (RenewedSecret& each : secrets) {
    if (each.secret.source().empty()) { continue; }
    const std::string option = each.option;
    each.secret.on_refusal([bell = m_bell, option] {
      const std::lock_guard lock(bell->mutex);
      if (!bell->refused.insert(option).second) { return; }
      ++bell->rings;
      bell->rung.notify_one();
    });
    m_held.push_back({.renewed = std::move(each),
                      .read_at = clock.steady(),
                      .changed = readings(metrics, option, "changed"),
                      .same = readings(metrics, option, "same"),
                      .failed = readings(metrics, option, "failed")});
  }
}

SecretRenewal::~SecretRenewal() = default;

void SecretRenewal::start() {
  if (m_held.empty()) { return; }
  m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void SecretRenewal::run(const std::stop_token& stop) {
  std::uint64_t heard = 0;
  while (!stop.stop_requested()) {
    const Millis wait = tick();
    std::unique_lock lock(m_bell->mutex);
    static_cast<void>(m_bell->rung.wait_for(lock, stop, wait, [&] { return m_bell->rings != heard; }));
    heard = m_bell->rings;
  }
}

SteadyTime SecretRenewal::due_at(const Held& held) {
  const std::lock_guard lock(m_bell->mutex);
  const bool refused = m_bell->refused.contains(held.renewed.option);
  return held.read_at + (refused ? m_settings.pause : m_settings.interval);
}

Millis SecretRenewal::tick() {
  Millis wait = m_settings.interval;
  for (Held& held : m_held) {
    const SteadyTime now = m_clock.steady();
    if (held.changed_at && now - *held.changed_at >= m_settings.former_kept) {
      held.renewed.secret.drop_former();
      held.changed_at.reset();
    }
    if (now >= due_at(held)) { renew(held); }
    wait = std::min(wait, std::chrono::ceil<Millis>(due_at(held) - m_clock.steady()));
    if (held.changed_at) { wait = std::min(wait, std::chrono::ceil<Millis>(*held.changed_at + m_settings.former_kept - m_clock.steady())); }
  }
  return std::max(wait, Millis{1});
}

void SecretRenewal::renew(Held& held) {
  {
    const std::lock_guard lock(m_bell->mutex);
    m_bell->refused.erase(held.renewed.option);
  }
  const auto text = m_read(held.renewed.secret.source());
  held.read_at = m_clock.steady();
  Status usable = text ? check_token(Secret(*text)) : Status(text.error());
  const bool changed = usable && *text != held.renewed.secret.current()->reveal();
  if (changed && held.renewed.take) { usable = held.renewed.take(Secret(*text)); }
  if (!usable) {
    held.failed.add();
    m_log.warning("a secret could not be read again; the one from before stays in use", usable.error(), {{"option", held.renewed.option}});
    return;
  }
  (changed ? held.changed : held.same).add();
  if (changed) { put(held, Secret(*text)); }
}

void SecretRenewal::put(Held& held, Secret next) {
  held.renewed.secret.replace(std::move(next));
  held.changed_at = held.read_at;
  m_log.info("a secret has changed where it is kept, and the new one is in use", {{"option", held.renewed.option}});
}

std::unique_ptr<SecretRenewal> renewal_of(std::vector<RenewedSecret> secrets, const Settings& settings, Ground& ground) {
  auto reader = std::make_shared<SecretReader>(process_environment(), settings.client.ca_file);
  auto renewal = std::make_unique<SecretRenewal>(
      RenewalSettings{.interval = settings.secret_refresh}, std::move(secrets),
      [reader](const std::string& source) { return reader->read(source); }, ground.clock, ground.log, ground.metrics);
  renewal->start();
  return renewal;
}

}  // namespace bizcomms::app
