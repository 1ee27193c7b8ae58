// Asks Twilio what it has: whether a message of unknown outcome was taken, what became of one, and what came in while we were away.
// Source: wire facts 1.6, 4.2, 4.3; ARCHITECTURE.md, reconcile.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bizcomms/alert/sending.hpp"
#include "bizcomms/base/backoff.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/random.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/twilio/settings.hpp"
#include "bizcomms/twilio/webhooks.hpp"

namespace bizcomms::twilio {

struct LookupSettings {
  int page_size = 200;    // of Twilio's 1000
  int pages_max = 50;     // of one list; more: it cannot tell
  int in_flight_max = 8;  // requests at the same time; Twilio limits their number for the account
  int tries = 4;          // of one request that was throttled or failed
  Backoff backoff{.first = Millis{500}, .longest = std::chrono::seconds{10}};
};

// All methods block and are thread-safe. Errors: `unavailable` (again later, a stop asked for too), `misconfigured` (our account or
// settings).
class TwilioLookup final : public alert::SentLookup {
public:
  TwilioLookup(Settings settings, LookupSettings lookup, http::Client& client, Metrics& metrics, std::stop_token stop,
               std::uint64_t seed = Random::system_seed());
  ~TwilioLookup() override;

  std::vector<Result<std::vector<alert::Candidate>>> look_up(std::span<const alert::LookupQuestion> questions) override;

  std::vector<Result<alert::ProviderStatus>> statuses(std::span<const alert::ProviderId> sids) override;

  // `misconfigured` with a messaging service: its numbers are not known here.
  Result<std::vector<alert::OptWord>> opt_words_since(Time since) override;

private:
  struct Hidden;
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms::twilio
