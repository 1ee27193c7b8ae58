#include "simulator/exchange.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bizcomms::simulator {
namespace {

constexpr Millis k_hung{15'000};  // how long a caller that gets no answer is counted as waiting
constexpr std::size_t k_counted_max = 4'000'000;

// One throw of the dice over all faults: their rates add up.
Fault choose_fault(const Behaviour& b, const Draw& draw) {
  const std::array<std::pair<Fault, double>, 8> rates{{{Fault::throttle, b.throttle},
                                                       {Fault::error_before, b.error_before},
                                                       {Fault::error_after, b.error_after},
                                                       {Fault::hang_before, b.hang_before},
                                                       {Fault::hang_after, b.hang_after},
                                                       {Fault::reset_before, b.reset_before},
                                                       {Fault::reset_after, b.reset_after},
                                                       {Fault::garbled_after, b.garbled_after}}};
  double at = draw.unit(Purpose::fault);
  for (const auto& [fault, rate] : rates) {
    if (at < rate) { return fault; }
    at -= rate;
  }
  return Fault::none;
}

Fault choose_read_fault(const Behaviour& b, const Draw& draw) {
  const std::array<std::pair<Fault, double>, 4> rates{{{Fault::throttle, b.read_throttle},
                                                       {Fault::error_before, b.read_error},
                                                       {Fault::hang_before, b.read_hang},
                                                       {Fault::reset_before, b.read_reset}}};
  double at = draw.unit(Purpose::fault);
  for (const auto& [fault, rate] : rates) {
    if (at < rate) { return fault; }
    at -= rate;
  }
  return Fault::none;
}

}  // namespace

Exchange::Exchange(const Settings& settings, const Clock& clock, Courier& courier)
    : m_settings(settings), m_clock(clock), m_courier(courier) {
  set_behaviour(settings.behaviour);
}

Behaviour Exchange::behaviour() const {
  const std::scoped_lock lock(m_mutex);
  return m_behaviour;
}

bool Exchange::behaviour_is_test() const {
  const std::scoped_lock lock(m_mutex);
  return m_behaviour.test_credentials;
}

void Exchange::set_behaviour(Behaviour behaviour) {
  const std::scoped_lock lock(m_mutex);
  m_behaviour = std::move(behaviour);
  m_recipient_faults.clear();
  for (std::size_t i = 0; i < m_behaviour.recipients.size(); ++i) { m_recipient_faults[m_behaviour.recipients[i].to] = i; }
  m_faults_used.assign(m_behaviour.recipients.size(), 0);
}

void Exchange::count(std::string_view what) {
  const std::scoped_lock lock(m_mutex);
  ++m_statistics[what];
}

Verdict Exchange::judge(std::string_view kind, std::string_view identity) {
  const std::scoped_lock lock(m_mutex);
  const Time now = m_clock.now();
  if (m_counts.size() > k_counted_max) { m_counts.clear(); }
  const auto nth = m_counts[Draw(0, kind, identity, 0).bits(Purpose::fault)]++;
  Verdict verdict{.draw = Draw(m_settings.seed, kind, identity, nth)};
  const bool reads = kind == "read";
  verdict.fault = reads ? choose_read_fault(m_behaviour, verdict.draw) : choose_fault(m_behaviour, verdict.draw);
  verdict.delay = verdict.draw.between(Purpose::latency, m_behaviour.latency);
  if (verdict.draw.chance(Purpose::slow, m_behaviour.slow)) {
    verdict.delay += verdict.draw.between(Purpose::slow_latency, m_behaviour.slow_latency);
  }
  const auto found = reads ? m_recipient_faults.end() : m_recipient_faults.find(std::string(identity));
  if (found != m_recipient_faults.end()) {
    const auto& fault = m_behaviour.recipients[found->second];
    if (fault.times == 0 || m_faults_used[found->second]++ < fault.times) {
      verdict.fault = fault.fault;
      verdict.refuse = fault.refuse;
      verdict.error_code = fault.error_code;
      verdict.call_end = fault.call;
    }
  }
  while (!m_open_answers.empty() && m_open_answers.top() <= now) { m_open_answers.pop(); }
  if (m_behaviour.concurrency_max > 0 && m_open_answers.size() >= static_cast<std::size_t>(m_behaviour.concurrency_max)) {
    verdict.fault = Fault::throttle;
    return verdict;
  }
  const bool hangs = verdict.fault == Fault::hang_before || verdict.fault == Fault::hang_after;
  if (hangs || verdict.delay > Millis{0}) { m_open_answers.push(now + verdict.delay + (hangs ? k_hung : Millis{0})); }
  return verdict;
}

Exchange::Phone& Exchange::touch(std::uint64_t number) {
  const auto [found, fresh] = m_phones.try_emplace(number);
  Phone& phone = found->second;
  if (fresh) {
    m_recent.push_front(number);
    phone.place = m_recent.begin();
  } else {
    m_recent.splice(m_recent.begin(), m_recent, phone.place);
  }
  return phone;
}

void Exchange::forget_item(std::uint64_t number, std::uint64_t item) {
  const auto found = m_phones.find(number);
  if (found == m_phones.end()) { return; }
  Phone& phone = found->second;
  if (phone.gone < phone.items.size() && phone.items[phone.gone] == item) {
    ++phone.gone;
  } else {
    phone.items.erase(std::remove(phone.items.begin(), phone.items.end(), item), phone.items.end());
  }
  if (phone.gone > phone.items.size() / 2) {  // seldom, so that a leaving message costs little
    phone.items.erase(phone.items.begin(), phone.items.begin() + static_cast<std::ptrdiff_t>(phone.gone));
    phone.gone = 0;
  }
  if (phone.kept().empty() && phone.blocked.empty()) {
    m_recent.erase(found->second.place);
    m_phones.erase(found);
  }
}

void Exchange::keep(const Message& message) {
  while (m_messages.size() >= std::max<std::size_t>(1, m_settings.messages_max)) {
    const auto number = m_messages.first();
    const Message oldest = m_messages.pop();
    forget_item(oldest.phone, number * 2);
    m_texts.release(oldest.ours);
    m_texts.release(oldest.service);
    m_texts.release(oldest.body);
  }
  const auto number = m_messages.add(message);
  touch(message.phone).items.push_back(number * 2);
}

void Exchange::keep_call(Call call) {
  while (m_calls.size() >= std::max<std::size_t>(1, m_settings.messages_max / 10)) {
    const auto number = m_calls.first();
    const Call oldest = m_calls.pop();
    forget_item(oldest.phone, number * 2 + 1);
  }
  const auto phone = call.phone;
  touch(phone).items.push_back(m_calls.add(std::move(call)) * 2 + 1);
}

void Exchange::reset() {
  m_courier.forget();
  const std::scoped_lock lock(m_mutex);
  m_messages.clear();
  m_calls.clear();
  m_phones.clear();
  m_recent.clear();
  m_texts.clear();
  m_counts.clear();
  m_open_answers = {};
  m_sender_free.clear();
  m_calls_free = {};
  m_inbound = 0;
  m_statistics.clear();
  m_faults_used.assign(m_behaviour.recipients.size(), 0);
}

}  // namespace bizcomms::simulator
