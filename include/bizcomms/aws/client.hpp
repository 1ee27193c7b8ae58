// Calls to AWS services: signed (Signature Version 4), tried again as the SDKs' "standard" retry mode says, over the product's own HTTP
// client. Source: wire facts 6.1, 6.6, 7.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/aws/credentials.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::aws {

enum class Service : std::uint8_t { sqs, sns, dynamodb, secrets_manager, sts };
[[nodiscard]] std::string_view to_string(Service service);  // the name in endpoints and signatures: "sqs", "secretsmanager"

struct Settings {
  std::string region{};                        // "eu-west-1"
  std::map<Service, std::string> endpoints{};  // by service, where not https://SERVICE.REGION.amazonaws.com/
  int attempts_max = 3;                        // of one call; one more with the date corrected, and one with another access key
  int retry_tokens = 500;                      // the budget that all calls share: a retry costs 5, after a timeout 10; success gives back
  Millis retry_longest{std::chrono::seconds{20}};
  Millis timeout{std::chrono::seconds{10}};  // of one attempt, where the call names none
};

struct Call {
  Service service = Service::sqs;
  std::string operation{};          // "SendMessageBatch"
  std::string body{};               // JSON services: the JSON text; SNS and STS: form parameters besides Action and Version
  std::optional<Millis> timeout{};  // of one attempt; long polls need theirs
  // After a lost answer, or a 5xx, such a call is tried again too; `unavailable` then does not say that it was not done. Else that is
  // `outcome_unknown`: it may have been done.
  bool repeatable = true;
};

// What the service said no to, where trying again would not help: for the caller to judge by its code.
struct Refusal {
  std::string code{};  // "ConditionalCheckFailedException", without namespace
  std::string message{};
};

struct Answer {
  std::string body{};  // of a refusal too: it may say more
  std::optional<Refusal> refusal{};
};

// Thread-safe. Errors: `unavailable` (no connection, throttled, out of order, after all attempts; the call was not done), `outcome_unknown`
// (not repeatable, and no answer came), `misconfigured` (no credentials, access denied, no such queue, topic, table or secret; the message
// says which). Anything else that a service refuses is an Answer with a Refusal.
class Client {
public:
  Client(Settings settings, Credentials& credentials, http::Client& http, const Clock& clock, const Log& log, Metrics& metrics);
  ~Client();  // waits until every call has ended

  // Never blocks. `done` runs exactly once, on a thread of the client's, and must only queue.
  void send(Call call, std::function<void(Result<Answer>)> done);
  [[nodiscard]] Result<Answer> call(Call call);                                 // sends and waits
  [[nodiscard]] std::vector<Result<Answer>> call_all(std::vector<Call> calls);  // all at once; answers in their order

  // The services' time: the `Date` of the latest answer, carried on by the steady clock; the clock's own before the first.
  [[nodiscard]] Time service_time() const;
  [[nodiscard]] bool knows_service_time() const;  // some service has answered

private:
  struct Hidden;
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms::aws
