// Sends SMS and calls through Twilio's REST API. Source: wire facts 1, 2; ARCHITECTURE.md, delivery protocol.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bizcomms/alert/sending.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/base/tracer.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/twilio/settings.hpp"

namespace bizcomms::twilio {

// Thread-safe. The settings must pass check(). `client`, `clock` and `metrics` must outlive it and every request under way; it may end
// before them.
class TwilioSender final : public alert::Sender {
public:
  TwilioSender(Settings settings, http::Client& client, const Clock& clock, Metrics& metrics, Tracer tracer = {});
  ~TwilioSender() override;

  // `misconfigured` errors carry a field "account" or "sender": which of the two to stop (errors.hpp). Throttling carries retry_after where
  // known.
  void send(alert::Dispatch dispatch, std::function<void(Result<alert::ProviderId>)> done) override;
  [[nodiscard]] const std::string& account() const override;
  [[nodiscard]] const std::vector<std::string>& senders() const override;
  [[nodiscard]] alert::BodyHash body_hash(alert::Channel channel, const std::string& title, const std::string& message) const override;

private:
  struct Hidden;
  std::shared_ptr<Hidden> m_hidden;  // requests under way share it
};

}  // namespace bizcomms::twilio
