// An HTTP client that answers by a script, on the thread that asks, and keeps what it was asked. Thread-safe.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "bizcomms/http/client.hpp"

namespace bizcomms::aws {

class ScriptedClient final : public http::Client {
public:
  using Outcome = Result<http::ClientResponse>;

  // One after the other; the last one for ever.
  void answers(std::vector<Outcome> outcomes) {
    const std::lock_guard lock(m_mutex);
    m_outcomes = std::move(outcomes);
    m_next = 0;
  }
  // From now on requests get no answer, until release().
  void hold() {
    const std::lock_guard lock(m_mutex);
    m_holding = true;
  }
  void release() {
    std::vector<std::function<void()>> held;
    {
      const std::lock_guard lock(m_mutex);
      m_holding = false;
      held = std::exchange(m_held, {});
    }
    for (const auto& answer : held) { answer(); }
  }

  void send(http::ClientRequest request, std::function<void(Outcome)> done) override {
    std::unique_lock lock(m_mutex);
    m_requests.push_back(std::move(request));
    m_asked.notify_all();
    auto answer = [outcome = m_outcomes.at(m_next), done = std::move(done)] { done(outcome); };
    if (m_next + 1 < m_outcomes.size()) { ++m_next; }
    if (m_holding) {
      m_held.emplace_back(std::move(answer));
      return;
    }
    lock.unlock();
    answer();
  }

  [[nodiscard]] std::vector<http::ClientRequest> requests() const {
    const std::lock_guard lock(m_mutex);
    return m_requests;
  }
  [[nodiscard]] std::size_t count() const { return requests().size(); }
  // Whether so many have come before a deadline.
  [[nodiscard]] bool has_been_asked(std::size_t times) {
    std::unique_lock lock(m_mutex);
    return m_asked.wait_for(lock, std::chrono::seconds{10}, [&] { return m_requests.size() >= times; });
  }

private:
  mutable std::mutex m_mutex;  // guards all below
  std::condition_variable m_asked;
  std::vector<Outcome> m_outcomes{http::ClientResponse{.status = 200, .body = "{}"}};
  std::size_t m_next = 0;
  bool m_holding = false;
  std::vector<std::function<void()>> m_held;
  std::vector<http::ClientRequest> m_requests;
};

inline http::ClientResponse answered(int status, std::string body, http::Headers headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}
inline http::ClientResponse json_error(int status, const std::string& type, const std::string& message = "", http::Headers headers = {}) {
  return answered(status, R"({"__type":")" + type + R"(","message":")" + message + R"("})", std::move(headers));
}
inline http::ClientResponse query_error(int status, const std::string& code, const std::string& message = "") {
  return answered(status, R"(<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>)" + code +
                              "</Code><Message>" + message + "</Message></Error><RequestId>r-1</RequestId></ErrorResponse>");
}
inline Error unreachable_error() { return {.code = ErrorCode::unavailable, .message = "sqs.eu-west-1.amazonaws.com cannot be reached."}; }
inline Error lost_error() {
  return {.code = ErrorCode::outcome_unknown, .message = "sqs.eu-west-1.amazonaws.com did not answer within 10 s."};
}

}  // namespace bizcomms::aws
