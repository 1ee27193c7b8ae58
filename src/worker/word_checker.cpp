#include "worker/word_checker.hpp"

#include <algorithm>
#include <map>

#include "bizcomms/alert/validation.hpp"

namespace bizcomms::worker {

using alert::OptWord;

namespace {

constexpr std::chrono::hours k_reach{24};   // of the first listing, and of one after a long time without
constexpr std::chrono::hours k_overlap{1};  // the provider's lists lag, and its clock is not ours
constexpr std::chrono::minutes k_again_after{1};

// The last word counts: an older one may be new to us although a newer one is not.
std::map<std::string, OptWord> last_of_each(std::vector<OptWord> words) {
  std::map<std::string, OptWord> last;
  for (OptWord& word : words) {
    std::string from = word.from;
    last.insert_or_assign(std::move(from), std::move(word));
  }
  return last;
}

}  // namespace

WordChecker::WordChecker(const Context& context) : m_context(context), m_random(context.random(RandomStream::word_checker)) {}

void WordChecker::run(const std::stop_token& stop) {
  if (m_context.settings.word_checks == Millis{0}) { return; }
  auto due = m_context.clock.steady();
  do {
    if (m_context.clock.steady() < due || !m_context.traffic->may_send()) { continue; }
    due = m_context.clock.steady() + (check(stop) ? m_context.settings.word_checks : Millis{k_again_after});
  } while (sleep_for(stop, m_context.settings.sweep_interval));
}

bool WordChecker::check(const std::stop_token& stop) {
  const Time now = m_context.clock.now();
  const Time since = std::max(now - k_reach, m_listed_at ? *m_listed_at - k_overlap : Time::min());
  auto words = m_context.ports.lookup.opt_words_since(since);
  if (!words) {
    m_context.log.warning("The provider did not say who wrote STOP or START", words.error());
    return false;
  }
  for (const auto& [from, word] : last_of_each(*std::move(words))) {
    if (!heed(word, stop)) { return false; }
  }
  m_listed_at = now;
  return true;
}

bool WordChecker::heed(const OptWord& word, const std::stop_token& stop) {
  if (!alert::is_phone_number(word.from)) { return true; }  // a short code, or another kind of address: nobody we could write to
  auto& recipients = m_context.ports.recipients;
  const auto heeded = persistently(m_context.database, m_context.settings.port_backoff, m_random, stop, [&] {
    return word.out ? recipients.opt_out(word.from, {word.at, word.word}, word.message)
                    : recipients.opt_in(word.from, word.at, word.message);
  });
  if (!heeded && !stop.stop_requested()) { m_context.log.error("A STOP or START cannot be kept", heeded.error()); }
  return heeded.has_value();
}

}  // namespace bizcomms::worker
