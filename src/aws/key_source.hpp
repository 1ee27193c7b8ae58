// One place that access keys come from.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "bizcomms/aws/credentials.hpp"

namespace bizcomms::aws {

// Used by one thread at a time.
class KeySource {
public:
  virtual ~KeySource() = default;
  // A new one, or the same again. May block for its attempts. `misconfigured`: somebody has to repair something; `unavailable`: later.
  virtual Result<AccessKey> fetch() = 0;
};

using Pause = std::function<bool(Millis)>;  // sleeps; false where we are to stop

// Says the same every time.
class FixedSource final : public KeySource {
public:
  explicit FixedSource(Result<AccessKey> answer) : m_answer(std::move(answer)) {}
  Result<AccessKey> fetch() override { return m_answer; }

private:
  Result<AccessKey> m_answer;
};

// The first that the environment names: access key, web identity, container.
[[nodiscard]] std::unique_ptr<KeySource> source_from(const std::map<std::string, std::string>& environment, std::string region,
                                                     std::string sts_endpoint, http::Client& http, const Clock& clock, Pause pause);

}  // namespace bizcomms::aws
