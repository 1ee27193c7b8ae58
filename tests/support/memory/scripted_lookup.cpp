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

}  // namespace bizcomms::test
