#include "support/memory/scripted_lookup.hpp"

namespace bizcomms::test {

using namespace alert;

void ScriptedLookup::find(const std::string& to, std::vector<Candidate> candidates) {
  const std::scoped_lock lock(m_mutex);
  m_answers.insert_or_assign(to, std::move(candidates));
}

void ScriptedLookup::cannot_tell(const std::string& to, Error why) {
  const std::scoped_lock lock(m_mutex);
  m_answers.insert_or_assign(to, std::move(why));
}

void ScriptedLookup::forget(const std::string& to) {
  const std::scoped_lock lock(m_mutex);
  m_answers.erase(to);
}

std::vector<LookupQuestion> ScriptedLookup::questions() const {
  const std::scoped_lock lock(m_mutex);
  return m_questions;
}

std::vector<Result<std::vector<Candidate>>> ScriptedLookup::look_up(std::span<const LookupQuestion> questions) {
  const std::scoped_lock lock(m_mutex);
  std::vector<Result<std::vector<Candidate>>> answers;
  for (const LookupQuestion& question : questions) {
    m_questions.push_back(question);
    const auto found = m_answers.find(question.to);
    answers.push_back(found == m_answers.end() ? Result<std::vector<Candidate>>(std::vector<Candidate>{}) : found->second);
  }
  return answers;
}

void ScriptedLookup::became(const ProviderId& sid, ProviderStatus status) {
  const std::scoped_lock lock(m_mutex);
  m_statuses.insert_or_assign(sid, std::move(status));
}

std::size_t ScriptedLookup::statuses_asked() const {
  const std::scoped_lock lock(m_mutex);
  return m_statuses_asked;
}

std::vector<Result<ProviderStatus>> ScriptedLookup::statuses(std::span<const ProviderId> sids) {
  const std::scoped_lock lock(m_mutex);
  std::vector<Result<ProviderStatus>> answers;
  for (const ProviderId& sid : sids) {
    const auto found = m_statuses.find(sid);
    answers.emplace_back(found == m_statuses.end() ? ProviderStatus{} : found->second);
  }
  m_statuses_asked += sids.size();
  return answers;
}

void ScriptedLookup::wrote(alert::OptWord word) {
  const std::scoped_lock lock(m_mutex);
  m_words.push_back(std::move(word));
}

std::size_t ScriptedLookup::words_asked() const {
  const std::scoped_lock lock(m_mutex);
  return m_words_asked;
}

Result<std::vector<alert::OptWord>> ScriptedLookup::opt_words_since(Time since) {
  const std::scoped_lock lock(m_mutex);
  ++m_words_asked;
  auto words = m_words;
  std::erase_if(words, [since](const alert::OptWord& word) { return word.at < since; });
  return words;
}

}  // namespace bizcomms::test
