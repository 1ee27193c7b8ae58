// What Twilio calls. Everything is checked to come from Twilio first; what cannot be stored now answers 503, so that Twilio repeats it.
#pragma once

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/alert/opt_word.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/http/message.hpp"
#include "bizcomms/twilio/settings.hpp"

namespace bizcomms::api {

// Thread-safe.
class WebhookHandlers {
public:
  WebhookHandlers(alert::DeliveryLedger& ledger, alert::RecipientStore& recipients, const twilio::Settings& twilio, const Clock& clock,
                  const Log& log, Metrics& metrics);

  Result<http::Response> message_status(const http::Request& request);
  Result<http::Response> call_status(const http::Request& request);
  Result<http::Response> inbound_message(const http::Request& request);
  Result<http::Response> keypress(const http::Request& request);

private:
  struct Checked;
  [[nodiscard]] Checked checked(const http::Request& request);
  [[nodiscard]] Status merge(const http::Request& request, const alert::Report& report);
  [[nodiscard]] Status heed(const alert::OptWord& word);

  alert::DeliveryLedger& m_ledger;
  alert::RecipientStore& m_recipients;
  const twilio::Settings& m_twilio;
  const Clock& m_clock;
  const Log& m_log;
  Counter& m_taken;
  Counter& m_unknown_delivery;
  Counter& m_forbidden;
  Counter& m_opted_out;
  Counter& m_opted_in;
};

}  // namespace bizcomms::api
