#include "model/provider.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bizcomms::model {

using namespace alert;

namespace {

constexpr std::array<int, 4> k_ends{6, 2, 1, 1};  // answered, answer lost, refused, lost
constexpr std::array<int, 4> k_good_end{1, 0, 0, 0};
constexpr std::array<int, 2> k_fates{2, 1};
constexpr std::size_t k_no_news = 3;

}  // namespace

std::optional<ProviderAnswer> Provider::arrive(Chooser& chooser) {
  const OnTheWire request = m_wire.front();
  m_wire.erase(m_wire.begin());
  const std::size_t end = chooser.one_of(m_faults_left > 0 ? k_ends : k_good_end);
  if (end > 0) { --m_faults_left; }
  if (end == 2) { return ProviderAnswer{request.token, Error{.code = ErrorCode::rate_limited, .message = {}}}; }
  if (end == 3) { return std::nullopt; }
  const std::vector<int> lags(m_scenario.list_lags.size(), 1);
  Message message{.sid = fmt::format("SM{}", m_messages.size() + 1),
                  .id = request.id,
                  .token = request.token,
                  .text = request.text,
                  .created_at = m_clock.now(),
                  .listed_at = m_clock.now() + m_scenario.list_lags[chooser.one_of(lags)],
                  .callbacks_left = m_scenario.limits.callbacks};
  message.fails = m_scenario.messages_fail && chooser.one_of(k_fates) == 1;
  m_messages.push_back(message);
  return end == 0 ? std::optional(ProviderAnswer{request.token, message.sid}) : std::nullopt;
}

std::vector<Candidate> Provider::listed(int text, Time since) const {
  const bool is_call = m_scenario.channel == Channel::voice;
  std::vector<Candidate> candidates;
  for (const Message& message : m_messages) {
    if (message.listed_at > m_clock.now() || message.created_at < since - 60s) { continue; }
    candidates.push_back({.sid = message.sid, .same_body = is_call || message.text == text, .created_at = message.created_at});
  }
  return candidates;
}

void Provider::forget_told_failures() {
  for (Message& message : m_messages) { message.failure_known = false; }
}

bool Provider::may_call_back() const {
  return std::any_of(m_messages.begin(), m_messages.end(), [](const Message& m) { return m.callbacks_left > 0; });
}

std::optional<Report> Provider::call_back(Chooser& chooser, Message*& message) {
  std::vector<int> weights;
  for (const Message& each : m_messages) { weights.push_back(each.callbacks_left > 0 ? 1 : 0); }
  message = &m_messages[chooser.one_of(weights)];
  --message->callbacks_left;
  const std::size_t news = chooser.one_of(m_scenario.callback_weights);
  if (news == k_no_news) { return std::nullopt; }
  const std::array kinds{ReportKind::accepted, ReportKind::sent, message->fails ? ReportKind::failed : ReportKind::delivered};
  Report report{.id = message->id,
                .token = message->token,
                .sid = message->sid,
                .rank = static_cast<int>(news) + 1,
                .kind = kinds.at(news),
                .at = m_clock.now()};
  if (report.kind == ReportKind::failed) { report.resending = m_scenario.resending; }
  return report;
}

}  // namespace bizcomms::model
