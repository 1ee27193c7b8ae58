#include "bizcomms/twilio/sender.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "bizcomms/alert/retry.hpp"
#include "bizcomms/alert/validation.hpp"
#include "bizcomms/crypto/crypto.hpp"
#include "bizcomms/twilio/twiml.hpp"
#include "bizcomms/twilio/webhooks.hpp"
#include "twilio/answer.hpp"
#include "twilio/meter.hpp"

namespace bizcomms::twilio {
namespace {

using alert::Channel;
using Done = std::function<void(Result<alert::ProviderId>)>;

constexpr std::size_t k_answer_bytes_max = std::size_t{256} * 1024;

// Twilio's own retries of callbacks: five, whatever went wrong. A fragment, so neither sent nor signed; it is encoded in the form.
constexpr const char* k_callback_retries = "#rc=5&rp=all";

std::string sms_text(const std::string& title, const std::string& message) {
  return alert::sms_text(alert::AlertDraft{.title = title, .message = message});
}

// Says who is at fault: the account, and the number where it is that one's.
void name_culprit(Error& error, const std::string& account, const std::string& sender) {
  if (error.code != ErrorCode::misconfigured) { return; }
  const bool of_sender = !error.fields.empty() && error.fields.front().field == "sender";
  error.message += of_sender ? fmt::format(" (Account {}, sender {}.)", account, is_service_sid(sender) ? sender : masked_number(sender))
                             : fmt::format(" (Account {}.)", account);
}

// What is kept of a request until its answer.
struct Sent {
  Channel channel = Channel::sms;
  std::string sender{};
  SteadyTime started{};
  OpenSpan span{};
};

}  // namespace

struct TwilioSender::Hidden {
  Hidden(Settings s, http::Client& c, const Clock& k, Metrics& m, Tracer t)
      : settings(std::move(s)), client(c), clock(k), tracer(std::move(t)), messages(m, "create_message"), calls(m, "create_call") {
    const std::string account = settings.base_url + "/2010-04-01/Accounts/" + settings.account_sid;
    messages_url = account + "/Messages.json";
    calls_url = account + "/Calls.json";
  }

  [[nodiscard]] http::Parameters message_form(const alert::Dispatch& dispatch, const OpenSpan& span) const;
  [[nodiscard]] http::Parameters call_form(const alert::Dispatch& dispatch, const std::string& from, const OpenSpan& span) const;
  [[nodiscard]] std::string calling_number(const alert::Dispatch& dispatch) const;
  [[nodiscard]] http::ClientRequest request_for(const alert::Dispatch& dispatch, const http::Parameters& form, const Secret& token) const;
  void refuse(Error error, Done done);
  [[nodiscard]] OpenSpan begin_span(const alert::Dispatch& dispatch) const;
  void end_span(const OpenSpan& span, std::optional<int> status, const Result<alert::ProviderId>& sid) const;
  void ended(const Sent& sent, Result<http::ClientResponse> answer, const Done& done);
  void heed(const Result<http::ClientResponse>& answer, const LiveSecret::Held& token) const;

  Settings settings;
  http::Client& client;
  const Clock& clock;
  const Tracer tracer;
  OperationMeter messages;
  OperationMeter calls;
  std::string messages_url;
  std::string calls_url;
};

http::Parameters TwilioSender::Hidden::message_form(const alert::Dispatch& dispatch, const OpenSpan& span) const {
  http::Parameters form = {{"To", dispatch.to},
                           {is_service_sid(dispatch.sender) ? "MessagingServiceSid" : "From", dispatch.sender},
                           {"Body", sms_text(dispatch.title, dispatch.message)}};
  if (!settings.public_url.empty()) {
    form.emplace_back("StatusCallback", settings.public_url + k_message_status_path + reference_query(dispatch.id, dispatch.token) +
                                            origin_query(span) + k_callback_retries);
  }
  return form;
}

http::Parameters TwilioSender::Hidden::call_form(const alert::Dispatch& dispatch, const std::string& from, const OpenSpan& span) const {
  const bool reachable = !settings.public_url.empty();
  const std::string reference = reachable ? reference_query(dispatch.id, dispatch.token) : "";
  // Without origin: the length of the document was checked when the alert came.
  const std::string keypress_url = reachable ? settings.public_url + k_keypress_path + reference : "";
  http::Parameters form = {{"To", dispatch.to},
                           {"From", from},
                           {"Twiml", call_document(settings, dispatch.title, dispatch.message, keypress_url)},
                           {"Timeout", std::to_string(settings.voice.ring_timeout.count())}};
  if (reachable) {
    form.emplace_back("StatusCallback", settings.public_url + k_call_status_path + reference + origin_query(span) + k_callback_retries);
    for (const char* event : {"initiated", "ringing", "answered", "completed"}) { form.emplace_back("StatusCallbackEvent", event); }
  }
  return form;
}

std::string TwilioSender::Hidden::calling_number(const alert::Dispatch& dispatch) const {
  const bool can_call = !is_service_sid(dispatch.sender) && !is_short_code(dispatch.sender);
  return can_call ? dispatch.sender : settings.voice.number;
}

http::ClientRequest TwilioSender::Hidden::request_for(const alert::Dispatch& dispatch, const http::Parameters& form,
                                                      const Secret& token) const {
  http::ClientRequest request;
  request.method = "POST";
  request.url = dispatch.id.channel == Channel::sms ? messages_url : calls_url;
  request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = http::to_form(form);
  request.username = settings.account_sid;
  request.password = token;
  request.connect_timeout = settings.connect_timeout;
  request.timeout = settings.request_timeout;
  request.body_bytes_max = k_answer_bytes_max;
  request.urgent = dispatch.lane == alert::Lane::urgent;
  request.may_leave = [&steady = clock, ends = dispatch.lease_ends,
                       needed = alert::DeliverySettings::needed_of_lease(settings.request_timeout)] {
    return steady.steady() + needed <= ends;
  };
  return request;
}

OpenSpan TwilioSender::Hidden::begin_span(const alert::Dispatch& dispatch) const {
  if (!tracer.samples(dispatch.trace)) { return nullptr; }
  const bool sms = dispatch.id.channel == Channel::sms;
  auto span = tracer.start(dispatch.trace, sms ? "twilio.messages.create" : "twilio.calls.create", SpanKind::client);
  if (!span) { return nullptr; }
  span->set("http.request.method", "POST");
  span->set("bizcomms.alert_id", dispatch.id.alert.to_string());
  span->set("bizcomms.recipient_id", dispatch.id.recipient.to_string());
  span->set("bizcomms.attempt", std::int64_t{dispatch.attempt});
  return span;
}

void TwilioSender::Hidden::end_span(const OpenSpan& span, std::optional<int> status, const Result<alert::ProviderId>& sid) const {
  if (!span) { return; }
  if (status) { span->set("http.response.status_code", std::int64_t{*status}); }
  if (sid) {
    span->set("twilio.sid", *sid);
  } else {
    span->set("error.type", to_string(sid.error().code));
    if (sid.error().provider_code) { span->set("twilio.error_code", std::int64_t{*sid.error().provider_code}); }
    span->failure = sid.error().message;
  }
  tracer.end(span);
}

void TwilioSender::Hidden::ended(const Sent& sent, Result<http::ClientResponse> answer, const Done& done) {
  const auto& [channel, sender, started, span] = sent;
  const auto status = answer ? std::optional(answer->status) : std::nullopt;
  Result<alert::ProviderId> sid = answer ? created_sid(*answer, channel) : Result<alert::ProviderId>(std::move(answer).error());
  OperationMeter& meter = channel == Channel::sms ? messages : calls;
  const auto took = clock.steady() - started;
  if (sid) {
    meter.succeeded(took);
  } else {
    if (sid.error().code == ErrorCode::invalid) {  // the client could not use our URL
      sid.error().code = ErrorCode::misconfigured;
      sid.error().message += " Check --twilio-base-url.";
      sid.error().fields = {{"account", sid.error().message}};
    }
    name_culprit(sid.error(), settings.account_sid, sender);
    meter.failed(sid.error().code, took);
  }
  end_span(span, status, sid);
  done(std::move(sid));
}

// It may have been changed at Twilio since we read it.
void TwilioSender::Hidden::heed(const Result<http::ClientResponse>& answer, const LiveSecret::Held& token) const {
  if (answer && answer->status == k_unauthenticated) { settings.auth_token.refuse(token); }
}

// `done` must run on the client's thread: a request without a URL comes back there, and goes nowhere.
void TwilioSender::Hidden::refuse(Error error, Done done) {
  calls.failed(error.code, {});
  client.send({}, [refused = std::move(error), done = std::move(done)](const Result<http::ClientResponse>& /*unused*/) { done(refused); });
}

TwilioSender::TwilioSender(Settings settings, http::Client& client, const Clock& clock, Metrics& metrics, Tracer tracer)
    : m_hidden(std::make_shared<Hidden>(std::move(settings), client, clock, metrics, std::move(tracer))) {}

TwilioSender::~TwilioSender() = default;

void TwilioSender::send(alert::Dispatch dispatch, std::function<void(Result<alert::ProviderId>)> done) {
  Hidden& self = *m_hidden;
  const Channel channel = dispatch.id.channel;
  http::Parameters form;
  OpenSpan span;
  if (channel == Channel::sms) {
    span = self.begin_span(dispatch);
    form = self.message_form(dispatch, span);
  } else {
    const std::string from = self.calling_number(dispatch);
    if (from.empty()) {
      Error error{
          .code = ErrorCode::misconfigured,
          .message =
              "Calls need a number of ours, and the sender is a messaging service or a short code. Give one with --twilio-voice-number."};
      error.fields = {{"sender", error.message}};
      return self.refuse(std::move(error), std::move(done));
    }
    span = self.begin_span(dispatch);
    form = self.call_form(dispatch, from, span);
  }
  const auto token = self.settings.auth_token.current();
  self.client.send(self.request_for(dispatch, form, *token),
                   [hidden = m_hidden, token, sent = Sent{channel, dispatch.sender, self.clock.steady(), std::move(span)},
                    done = std::move(done)](Result<http::ClientResponse> answer) {
                     hidden->heed(answer, token);
                     hidden->ended(sent, std::move(answer), done);
                   });
}

const std::string& TwilioSender::account() const { return m_hidden->settings.account_sid; }

const std::vector<std::string>& TwilioSender::senders() const { return m_hidden->settings.senders; }

alert::BodyHash TwilioSender::body_hash(Channel channel, const std::string& title, const std::string& message) const {
  if (channel == Channel::voice) { return {}; }
  return crypto::sha256(sms_text(title, message));
}

}  // namespace bizcomms::twilio
