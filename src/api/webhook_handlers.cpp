#include "api/webhook_handlers.hpp"

#include <array>

#include "api/call.hpp"
#include "api/problem.hpp"
#include "bizcomms/base/secret.hpp"
#include "bizcomms/twilio/signature.hpp"
#include "bizcomms/twilio/twiml.hpp"
#include "bizcomms/twilio/webhooks.hpp"

namespace bizcomms::api {
namespace {

constexpr int k_opted_out_code = 21610;  // the number has sent STOP: Twilio docs, error 21610

Counter& webhooks(Metrics& metrics, const std::string& outcome) {
  return metrics.counter("bizcomms_api_webhooks_total", "Requests to Twilio's webhooks, by what became of them.", {{"outcome", outcome}});
}

Counter& opt_outs(Metrics& metrics, const std::string& direction) {
  return metrics.counter("bizcomms_api_opt_outs_total", "Numbers that opted out (STOP, 21610) or in again (START).",
                         {{"direction", direction}});
}

}  // namespace

// The form of a request that is Twilio's, or the answer to one that is not.
struct WebhookHandlers::Checked {
  http::Parameters form = {};
  std::optional<http::Response> refused = {};
  std::optional<Error> invalid = {};
};

WebhookHandlers::WebhookHandlers(alert::DeliveryLedger& ledger, alert::RecipientStore& recipients, const twilio::Settings& twilio,
                                 const Clock& clock, const Log& log, Metrics& metrics)
    : m_ledger(ledger),
      m_recipients(recipients),
      m_twilio(twilio),
      m_clock(clock),
      m_log(log),
      m_taken(webhooks(metrics, "taken")),
      m_unknown_delivery(webhooks(metrics, "unknown_delivery")),
      m_forbidden(webhooks(metrics, "forbidden")),
      m_opted_out(opt_outs(metrics, "out")),
      m_opted_in(opt_outs(metrics, "in")) {}

WebhookHandlers::Checked WebhookHandlers::checked(const http::Request& request) {
  auto form = http::parse_form(request.body);
  if (!form) { return {.invalid = Error{ErrorCode::invalid, "The body is not a form in UTF-8 with at most 200 fields."}}; }
  const auto token = m_twilio.auth_token.current();
  if (twilio::is_signed_by_twilio(m_twilio, request, *form)) {
    request.of_known_caller = true;
    return {.form = *std::move(form)};
  }
  if (request.headers.find("X-Twilio-Signature")) { m_twilio.auth_token.refuse(token); }  // it may have changed; Twilio calls again
  m_forbidden.add();
  const Error error{ErrorCode::unauthenticated, "The X-Twilio-Signature header is missing or does not match this request."};
  return {.refused = problem_with_status(403, error, request.id, {})};
}

Status WebhookHandlers::merge(const http::Request& request, const alert::Report& report) {
  const auto known = m_ledger.merge(std::array{report});
  if (!known) { return known.error(); }
  const bool is_known = !known->empty() && known->front();
  (is_known ? m_taken : m_unknown_delivery).add();
  if (!is_known) {
    m_log.info("report for no known delivery", {{"delivery", report.id.to_string()},
                                                {"sid", report.sid},
                                                {"trace_id", request.trace.trace_id},
                                                LogField::if_any("span_id", request.span_id)});
  }
  return {};
}

Status WebhookHandlers::heed(const alert::OptWord& word) {
  const auto changed = alert::heed(m_recipients, word);
  if (!changed) { return changed.error(); }
  if (!*changed) { return {}; }
  (word.out ? m_opted_out : m_opted_in).add();
  m_log.info(word.out ? "number opted out" : "number opted in", {{"number", masked_number(word.from)}, {"by", word.word}});
  return {};
}

Result<http::Response> WebhookHandlers::message_status(const http::Request& request) {
  auto call = checked(request);
  if (call.refused) { return *std::move(call.refused); }
  if (call.invalid) { return *std::move(call.invalid); }
  const auto report = twilio::parse_message_status(request, call.form, m_clock.now(), m_twilio.resend);
  if (!report) { return report.error(); }
  if (report->error_code == k_opted_out_code) {
    std::string number(http::find(call.form, "To").value_or(""));
    const alert::OptWord word{.message = report->sid, .from = std::move(number), .word = std::to_string(k_opted_out_code)};
    if (auto status = heed(word); !status) { return status.error(); }
  }
  if (auto status = merge(request, *report); !status) { return status.error(); }
  return no_content();
}

Result<http::Response> WebhookHandlers::call_status(const http::Request& request) {
  auto call = checked(request);
  if (call.refused) { return *std::move(call.refused); }
  if (call.invalid) { return *std::move(call.invalid); }
  const auto report = twilio::parse_call_status(request, call.form, m_clock.now(), m_twilio.resend);
  if (!report) { return report.error(); }
  if (auto status = merge(request, *report); !status) { return status.error(); }
  return no_content();
}

Result<http::Response> WebhookHandlers::inbound_message(const http::Request& request) {
  auto call = checked(request);
  if (call.refused) { return *std::move(call.refused); }
  if (call.invalid) { return *std::move(call.invalid); }
  const auto message = twilio::parse_inbound_message(request, call.form, m_clock.now());
  if (!message) { return message.error(); }
  if (message->opt_out && message->opt_out->kind != twilio::OptOutKind::help) {
    const bool out = message->opt_out->kind == twilio::OptOutKind::out;
    const alert::OptWord word{.message = message->sid, .from = message->from, .word = message->opt_out->word, .out = out};
    if (auto status = heed(word); !status) { return status.error(); }
  }
  m_taken.add();
  return no_content();
}

Result<http::Response> WebhookHandlers::keypress(const http::Request& request) {
  auto call = checked(request);
  if (call.refused) { return *std::move(call.refused); }
  if (call.invalid) { return *std::move(call.invalid); }
  const auto pressed = twilio::parse_keypress(request, call.form, m_clock.now());
  if (!pressed) { return pressed.error(); }
  if (auto status = merge(request, pressed->report); !status) { return status.error(); }
  auto document = pressed->report.acknowledged ? twilio::acknowledged_document(m_twilio) : twilio::not_acknowledged_document(m_twilio);
  return http::Response{.status = 200, .body = std::move(document), .content_type = twilio::k_twiml_content_type};
}

}  // namespace bizcomms::api
