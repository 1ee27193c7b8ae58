#include "worker/word_checker.hpp"

#include <algorithm>

#include "bizcomms/base/secret.hpp"

namespace bizcomms::worker {

using alert::OptWord;

namespace {

constexpr std::chrono::hours k_overlap{1};  // the provider's lists lag, and its clock is not ours
constexpr std::chrono::minutes k_again_after{5};

}  // namespace

WordChecker::WordChecker(const Context& context) : m_context(context), m_random(context.random(RandomStream::word_checker)) {}

void WordChecker::run(const std::stop_token& stop) {
  const Millis interval = m_context.settings.word_checks;
  if (interval == Millis{0}) { return; }
  auto due = m_context.clock.steady();
  do {
    const auto now = m_context.clock.steady();
    if (now < due || !m_context.traffic->may_send()) { continue; }
    due = now + (check(stop) ? interval : std::min<Millis>(interval, k_again_after));
  } while (sleep_for(stop, m_context.settings.sweep_interval));
}

bool WordChecker::check(const std::stop_token& stop) {
  const Time now = m_context.clock.now();
  const auto words =
      m_context.ports.lookup.opt_words_since(m_listed_at ? *m_listed_at - k_overlap : now - m_context.settings.alert_age_max);
  if (!words) {
    m_context.log.warning("The provider did not say who wrote STOP or START", words.error());
    return false;
  }
  for (const OptWord& word : *words) {
    if (!heed(word, stop)) { return false; }
  }
  m_listed_at = now;
  return true;
}

bool WordChecker::heed(const OptWord& word, const std::stop_token& stop) {
  const auto changed = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop,
                                    [&] { return alert::heed(m_context.ports.recipients, word); });
  if (!changed) {
    if (!stop.stop_requested()) { m_context.log.error("A STOP or START cannot be kept", changed.error()); }
    return false;
  }
  if (*changed) {
    m_context.log.info(word.out ? "number opted out" : "number opted in", {{"number", masked_number(word.from)}, {"by", word.word}});
  }
  return true;
}

}  // namespace bizcomms::worker
