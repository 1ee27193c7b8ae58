// A SentLookup that answers by script: nothing was ever sent, unless a test says so.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "bizcomms/alert/sending.hpp"

namespace bizcomms::test {

// Thread-safe.
class ScriptedLookup final : public alert::SentLookup {
public:
  void find(const std::string& to, std::vector<alert::Candidate> candidates);
  void cannot_tell(const std::string& to, Error why);
  void forget(const std::string& to);
  void became(const alert::ProviderId& sid, alert::ProviderStatus status);  // until then: accepted
  void wrote(alert::OptWord word);

  [[nodiscard]] std::vector<alert::LookupQuestion> questions() const;  // in the order they came
  [[nodiscard]] std::size_t statuses_asked() const;
  [[nodiscard]] std::size_t words_asked() const;

  std::vector<Result<std::vector<alert::Candidate>>> look_up(std::span<const alert::LookupQuestion> questions) override;
  std::vector<Result<alert::ProviderStatus>> statuses(std::span<const alert::ProviderId> sids) override;
  Result<std::vector<alert::OptWord>> opt_words_since(Time since) override;

private:
  mutable std::mutex m_mutex;  // guards all below
  std::map<std::string, Result<std::vector<alert::Candidate>>> m_answers;
  std::vector<alert::LookupQuestion> m_questions;
  std::map<alert::ProviderId, alert::ProviderStatus> m_statuses;
  std::size_t m_statuses_asked = 0;
  std::vector<alert::OptWord> m_words;
  std::size_t m_words_asked = 0;
};

}  // namespace bizcomms::test
