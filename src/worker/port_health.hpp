// Whether a port answers: kept by all who use it, told to the log once per change. And patience with one that does not.
#pragma once

#include <atomic>
#include <string>

#include "bizcomms/base/backoff.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/result.hpp"

namespace bizcomms::worker {

// Thread-safe.
class PortHealth {
public:
  PortHealth(std::string name, Log log) : m_name(std::move(name)), m_log(std::move(log)) {}
  void worked();
  void failed(const Error& error);
  [[nodiscard]] bool is_up() const { return m_up; }

  // Notes a result of that port: an error that will not pass is an answer too.
  template <class Answer>
  const Answer& note(const Answer& answer) {
    if (answer || !may_pass(answer.error().code)) {
      worked();
    } else {
      failed(answer.error());
    }
    return answer;
  }

private:
  const std::string m_name;
  const Log m_log;
  std::atomic<bool> m_up{true};
};

// Calls until the answer is no transient error, waiting longer each time; the last answer when a stop was asked for.
template <class Call>
auto persistently(PortHealth& health, const Backoff& backoff, Random& random, const std::stop_token& stop, const Call& call) {
  for (int failures = 0;;) {
    auto answer = call();
    health.note(answer);
    if (answer || !may_pass(answer.error().code) || !sleep_for(stop, backoff.delay(++failures, random))) { return answer; }
  }
}

}  // namespace bizcomms::worker
