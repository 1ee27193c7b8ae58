#include "aws/batches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "aws/service.hpp"

namespace bizcomms::aws {
namespace {

constexpr std::size_t k_entries_max = 10;
constexpr std::size_t k_bytes_max = 262'144;  // SNS's limit; SQS's is higher, except on older queues
constexpr int k_rounds = 3;

using Places = std::vector<std::size_t>;

// The entries of one round, and the places of those to try again.
class Rounds {
public:
  explicit Rounds(std::span<const std::size_t> sizes) : m_sizes(sizes), m_left(sizes.size()) {
    std::iota(m_left.begin(), m_left.end(), std::size_t{0});
    m_outcome.answers.assign(sizes.size(), EntryAnswer::failed);
  }

  void run(Client& client, const std::function<Call(const Places&)>& call_for) {
    const auto groups = groups_of(m_left, m_sizes);
    m_left.clear();
    std::vector<Call> calls;
    for (const Places& group : groups) { calls.push_back(call_for(group)); }
    const auto answers = client.call_all(calls);
    for (std::size_t i = 0; i < groups.size(); ++i) { note(groups[i], calls[i], answers[i]); }
  }
  [[nodiscard]] bool is_done() const { return m_left.empty(); }
  [[nodiscard]] BatchOutcome take() {
    if (!is_done()) { failed({.code = ErrorCode::unavailable, .message = m_why, .cause = m_cause}); }
    return std::move(m_outcome);
  }

private:
  void note(const Places& group, const Call& call, const Result<Answer>& answer) {
    if (!answer) { return failed(answer.error()); }
    if (answer->refusal) { return failed(error_of(call, *answer->refusal)); }
    const auto entries = entries_of(call, answer->body, group.size());
    for (std::size_t i = 0; i < group.size(); ++i) {
      m_outcome.answers[group[i]] = entries[i];
      if (entries[i] == EntryAnswer::failed) { m_left.push_back(group[i]); }
    }
    if (!m_left.empty()) {
      m_why = fmt::format("{} failed with some of the messages of a {}.", facts_of(call.service).name, call.operation);
      const auto cause = first_reason(call, answer->body, EntryAnswer::failed);
      if (!cause.empty()) { m_cause = cause; }  // it may be another group's that failed
    }
    if (std::find(entries.begin(), entries.end(), EntryAnswer::refused) != entries.end()) { refused(call, answer->body); }
  }
  void refused(const Call& call, const std::string& body) {
    if (m_outcome.refusal) { return; }
    m_outcome.refusal = {.code = ErrorCode::internal,
                         .message = fmt::format("{} refused some of the messages of a {}.", facts_of(call.service).name, call.operation),
                         .cause = first_reason(call, body, EntryAnswer::refused)};
  }
  void failed(Error error) {
    if (!m_outcome.error) { m_outcome.error = std::move(error); }
  }

  std::span<const std::size_t> m_sizes;
  Places m_left;
  std::string m_why;
  std::string m_cause;
  BatchOutcome m_outcome;
};

template <class T>
std::vector<T> picked(std::span<const T> from, const Places& places) {
  std::vector<T> some;
  for (const std::size_t place : places) { some.push_back(from[place]); }
  return some;
}

template <class T>
BatchOutcome run_all(Client& client, std::span<const T> entries, std::span<const std::size_t> sizes,
                     const std::function<Call(std::span<const T>)>& call_for) {
  Rounds rounds(sizes);
  for (int round = 0; round < k_rounds && !rounds.is_done(); ++round) {
    rounds.run(client, [&](const Places& group) { return call_for(picked(entries, group)); });
  }
  return rounds.take();
}

}  // namespace

std::vector<Places> groups_of(std::span<const std::size_t> places, std::span<const std::size_t> sizes) {
  std::vector<Places> groups;
  std::size_t bytes = 0;
  for (const std::size_t place : places) {
    if (groups.empty() || groups.back().size() == k_entries_max || bytes + sizes[place] > k_bytes_max) {
      groups.emplace_back();
      bytes = 0;
    }
    groups.back().push_back(place);
    bytes += sizes[place];
  }
  return groups;
}

BatchOutcome send_all(Client& client, std::span<const OutgoingMessage> messages,
                      const std::function<Call(std::span<const OutgoingMessage>)>& call_for) {
  std::vector<std::size_t> sizes;
  for (const OutgoingMessage& message : messages) { sizes.push_back(size_of(message)); }
  return run_all(client, messages, sizes, call_for);
}

BatchOutcome for_all(Client& client, std::span<const std::string> handles,
                     const std::function<Call(std::span<const std::string>)>& call_for) {
  const std::vector<std::size_t> sizes(handles.size(), 0);  // they are short
  return run_all(client, handles, std::span<const std::size_t>(sizes), call_for);
}

}  // namespace bizcomms::aws
