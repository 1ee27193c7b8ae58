// A client over a scripted HTTP client, with a clock that stands until it is moved.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <utility>

#include "bizcomms/aws/client.hpp"
#include "unit/aws/fixtures.hpp"
#include "unit/aws/scripted_client.hpp"

namespace bizcomms::aws {

// Gives a new key after each refusal, or fails.
class KeyRing final : public Credentials {
public:
  Result<AccessKey> current() override {
    m_awaited = true;
    m_awaited.notify_all();
    m_slow.wait(true);
    const std::lock_guard lock(m_mutex);
    if (m_failure) { return *m_failure; }
    AccessKey key = lasting_key();
    key.id += std::to_string(m_refusals);
    return key;
  }
  std::optional<AccessKey> at_hand() override {
    if (m_slow) { return std::nullopt; }
    auto key = current();
    return key ? std::optional(*std::move(key)) : std::nullopt;
  }
  void be_slow() {  // none is at hand, and who asks waits for arrive()
    m_awaited = false;
    m_slow = true;
  }
  void wait_for_who_waits() { m_awaited.wait(false); }
  void arrive() {
    m_slow = false;
    m_slow.notify_all();
  }
  void refused(const AccessKey& key) override {
    const std::lock_guard lock(m_mutex);
    EXPECT_TRUE(key.id.ends_with(std::to_string(m_refusals)));
    ++m_refusals;
  }
  void fail(Error error) {
    const std::lock_guard lock(m_mutex);
    m_failure = std::move(error);
  }
  [[nodiscard]] int refusals() const {
    const std::lock_guard lock(m_mutex);
    return m_refusals;
  }

private:
  std::atomic<bool> m_slow{false};
  std::atomic<bool> m_awaited{false};
  mutable std::mutex m_mutex;  // guards the two below
  int m_refusals = 0;
  std::optional<Error> m_failure;
};

struct ClientFixture : testing::Test {
  ManualClock clock{k_noon};
  Metrics metrics;
  ScriptedClient http;
  KeyRing keys;
  Heard heard;
  Log log = heard.log();
  Settings settings{.region = k_region};

  [[nodiscard]] std::unique_ptr<Client> make_client() { return std::make_unique<Client>(settings, keys, http, clock, log, metrics); }

  static Call receive() { return {.service = Service::sqs, .operation = "ReceiveMessage", .body = R"({"QueueUrl":"https://q/jobs"})"}; }
  static Call send_once() {
    Call call{.service = Service::sqs, .operation = "SendMessage", .body = R"({"QueueUrl":"https://q/jobs"})"};
    call.repeatable = false;
    return call;
  }

  [[nodiscard]] static std::future<Result<Answer>> begin(Client& client, const Call& what) {
    return std::async(std::launch::async, [&client, what] { return client.call(what); });
  }
  // Time passes until it has ended.
  Result<Answer> end(std::future<Result<Answer>>& ended) {
    while (ended.wait_for(Millis{1}) != std::future_status::ready) { clock.advance(Millis{500}); }
    return ended.get();
  }
  // One call by a client of its own.
  Result<Answer> call(const Call& what) {
    const auto client = make_client();
    auto ended = begin(*client, what);
    return end(ended);
  }
  ErrorCode error_of_call(const Call& what) {
    const auto result = call(what);
    EXPECT_FALSE(result);
    return result ? ErrorCode::internal : result.error().code;
  }

  [[nodiscard]] std::string sent(std::size_t number, std::string_view header) const {
    return std::string(http.requests().at(number).headers.find(header).value_or(""));
  }
  double count_of(const std::string& name, Labels labels, const std::string& operation = "ReceiveMessage") {
    labels["service"] = "sqs";
    labels["operation"] = operation;
    return metrics.counter(name, "", labels).value();
  }
};

}  // namespace bizcomms::aws
