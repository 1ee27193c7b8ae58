// One thread that does everything for the calls but wait for answers: signs and sends them, judges what came back, and holds those that are
// to be tried again until their pause is over. Another one fetches access keys, which may take seconds: nobody else waits for that.
#pragma once

#include <map>
#include <memory>
#include <thread>

#include "aws/inbox.hpp"
#include "aws/meter.hpp"
#include "aws/service_time.hpp"
#include "aws/signature.hpp"
#include "bizcomms/aws/client.hpp"
#include "bizcomms/base/backoff.hpp"

namespace bizcomms::aws {

// submit() and service_time() from any thread.
class Engine {
public:
  Engine(Settings settings, Credentials& credentials, http::Client& http, const Clock& clock, const Log& log, Metrics& metrics);
  ~Engine();  // waits until every call has ended; pauses before retries end at once
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void submit(Call call, std::function<void(Result<Answer>)> done);
  [[nodiscard]] Time service_time() const { return m_service_time.now(); }
  [[nodiscard]] bool knows_service_time() const { return m_service_time.is_known(); }

private:
  using JobPointer = std::shared_ptr<Job>;

  void run();
  [[nodiscard]] Millis longest_wait(bool closed) const;
  void arrived(Arrival arrival);
  void begin_due(bool closed);
  void begin(const JobPointer& job);
  void begin_with(const JobPointer& job, AccessKey key);
  void fetch_keys();
  void judge(const JobPointer& job, Result<http::ClientResponse> answer, SteadyTime at);
  void correct_date(const Result<http::ClientResponse>& answer);
  void delay(const JobPointer& job, const Ending& ending);
  void finish(const JobPointer& job, Result<Answer> result);

  Settings m_settings;
  Credentials& m_credentials;
  http::Client& m_http;
  const Clock& m_clock;
  Log m_log;
  Backoff m_backoff;
  ServiceTime m_service_time;
  std::shared_ptr<Inbox> m_inbox = std::make_shared<Inbox>();

  // The thread's only:
  CallMeter m_meter;
  SigningKeys m_signing_keys;
  RetryTokens m_tokens;
  Random m_random{Random::system_seed()};
  Millis m_clock_offset{0};  // to be added to our time in signatures
  std::multimap<SteadyTime, JobPointer> m_delayed;
  std::size_t m_open = 0;  // calls that were begun and have not ended

  Inbox m_keyless;  // calls that wait for a key
  std::jthread m_key_thread;
  std::jthread m_thread;  // last: they end before what they use
};

}  // namespace bizcomms::aws
