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

  [[nodiscard]] std::vector<alert::LookupQuestion> questions() const;  // in the order they came

  std::vector<Result<std::vector<alert::Candidate>>> look_up(std::span<const alert::LookupQuestion> questions) override;

private:
  mutable std::mutex m_mutex;  // guards all below
  std::map<std::string, Result<std::vector<alert::Candidate>>> m_answers;
  std::vector<alert::LookupQuestion> m_questions;
};

}  // namespace bizcomms::test
