#include "bizcomms/twilio/webhooks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "bizcomms/twilio/errors.hpp"
#include "bizcomms/twilio/settings.hpp"
#include "twilio/words.hpp"

namespace bizcomms::twilio {
namespace {

using alert::ReportKind;

Error invalid(std::string field, const std::string& message) {
  Error error{.code = ErrorCode::invalid, .message = fmt::format("The webhook's {} {}.", field, message)};
  error.fields.push_back({std::move(field), message});
  return error;
}

std::string text_of(const http::Parameters& form, std::string_view name) { return std::string(http::find(form, name).value_or("")); }

// A report with the delivery, token and time that every callback of ours shares.
Result<alert::Report> referenced(const http::Request& request, std::string sid, Time now) {
  const auto id = alert::DeliveryId::parse(http::find(request.query, "d").value_or(""));
  if (!id) { return invalid("d", "names no delivery"); }
  const auto token = Uuid::from_base32(http::find(request.query, "t").value_or(""));
  if (!token) { return invalid("t", "names no attempt"); }
  alert::Report report;
  report.id = *id;
  report.token = alert::AttemptToken{*token};
  report.sid = std::move(sid);
  report.at = now;
  return report;
}

// Twilio's own time of the event, unless it is absent or later than ours.
Time time_of(const http::Parameters& form, Time now) {
  const auto stamped = parse_rfc2822(text_of(form, "Timestamp"));
  return stamped && *stamped <= now ? *stamped : now;
}

// Absent or empty: no code.
Result<std::optional<int>> error_code_of(const http::Parameters& form) {
  const std::string text = text_of(form, "ErrorCode");
  if (text.empty() || text == "null") { return std::optional<int>{}; }
  int code = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (failure != std::errc{} || end != text.data() + text.size() || code <= 0) { return invalid("ErrorCode", "is no number"); }
  return std::optional<int>{code};
}

constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string trimmed_upper(std::string_view text) {
  constexpr std::string_view k_blank = " \t\r\n";
  const auto first = text.find_first_not_of(k_blank);
  if (first == std::string_view::npos) { return {}; }
  std::string result(text.substr(first, text.find_last_not_of(k_blank) - first + 1));
  for (char& c : result) { c = upper(c); }
  return result;
}

std::optional<OptOutWord> opt_out_type(std::string_view type) {
  const std::string word = trimmed_upper(type);
  if (word == "STOP") { return OptOutWord{OptOutKind::out, word}; }
  if (word == "START") { return OptOutWord{OptOutKind::in, word}; }
  if (word == "HELP") { return OptOutWord{OptOutKind::help, word}; }
  return std::nullopt;
}

bool is_toll_free(std::string_view number) {
  constexpr std::array<std::string_view, 7> k_areas = {"+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888"};
  return number.size() == 12 &&
         std::any_of(k_areas.begin(), k_areas.end(), [&](std::string_view area) { return number.starts_with(area); });
}

}  // namespace

std::string call_failure(std::string_view status, std::string_view sip_code) {
  if (status == "busy") { return "The line was busy."; }
  if (status == "no-answer") { return "Nobody answered the call."; }
  if (status == "canceled") { return "The call was ended before anybody answered."; }
  if (sip_code == "404") { return "The phone number is unknown or no longer in use."; }
  if (sip_code == "480") { return "The phone could not be reached."; }
  return "The call could not be placed.";
}

// The carriers' own block of a toll-free number is undone by START and UNSTOP only.
std::optional<OptOutWord> effective_opt_out(std::string_view body, std::string_view to) {
  auto word = opt_out_word(body);
  if (word && word->word == "YES" && is_toll_free(to)) { return std::nullopt; }
  return word;
}

std::string reference_query(const alert::DeliveryId& id, const alert::AttemptToken& token) {
  return fmt::format("?d={}&t={}", id.to_string(), token.uuid.to_base32());
}

std::string origin_query(const OpenSpan& request) { return request ? fmt::format("&p={}-{}", request->trace_id, request->id) : ""; }

std::optional<Trace> origin_of(const http::Request& callback) {
  const auto origin = http::find(callback.query, "p");
  return origin ? parse_traceparent(fmt::format("00-{}-01", *origin)) : std::nullopt;
}

std::optional<StatusMeaning> message_status(std::string_view status) {
  if (status == "accepted" || status == "scheduled") { return StatusMeaning{0, ReportKind::accepted}; }
  if (status == "queued") { return StatusMeaning{1, ReportKind::accepted}; }
  if (status == "sending") { return StatusMeaning{2, ReportKind::accepted}; }
  if (status == "sent" || status == "partially_delivered") { return StatusMeaning{3, ReportKind::sent}; }
  if (status == "delivered") { return StatusMeaning{4, ReportKind::delivered}; }
  if (status == "undelivered" || status == "failed" || status == "canceled") { return StatusMeaning{4, ReportKind::failed}; }
  if (status == "read") { return StatusMeaning{5, ReportKind::delivered}; }
  return std::nullopt;
}

std::optional<StatusMeaning> call_status(std::string_view status) {
  if (status == "queued") { return StatusMeaning{0, ReportKind::accepted}; }
  if (status == "initiated") { return StatusMeaning{1, ReportKind::accepted}; }
  if (status == "ringing") { return StatusMeaning{2, ReportKind::accepted}; }
  if (status == "in-progress" || status == "answered") { return StatusMeaning{3, ReportKind::sent}; }
  if (status == "completed") { return StatusMeaning{4, ReportKind::delivered}; }
  if (status == "busy" || status == "no-answer" || status == "failed" || status == "canceled") {
    return StatusMeaning{4, ReportKind::failed};
  }
  return std::nullopt;
}

std::optional<alert::Resending> message_resending(std::optional<int> error_code, const ResendSettings& resend) {
  const auto lost = error_code ? carrier_retry(*error_code) : std::nullopt;
  if (!lost) { return std::nullopt; }
  return alert::Resending{.times = resend.lost_times, .after = resend.lost_after > Millis{0} ? resend.lost_after : *lost};
}

std::optional<alert::Resending> call_resending(std::string_view status, const ResendSettings& resend) {
  if (status != "busy" && status != "no-answer") { return std::nullopt; }
  return alert::Resending{.times = resend.missed_times, .after = resend.missed_after};
}

Result<alert::Report> parse_message_status(const http::Request& request, const http::Parameters& form, Time now,
                                           const ResendSettings& resend) {
  std::string sid = text_of(form, "MessageSid");
  if (!is_message_sid(sid)) { return invalid("MessageSid", "is no message's SID"); }
  const auto meaning = message_status(text_of(form, "MessageStatus"));
  if (!meaning) { return invalid("MessageStatus", "is no status of an outbound message"); }
  const auto code = error_code_of(form);
  if (!code) { return code.error(); }
  auto report = referenced(request, std::move(sid), now);
  if (!report) { return report; }
  report->rank = meaning->rank;
  report->kind = meaning->kind;
  report->error_code = *code;
  if (*code) {
    report->reason = sentence_of(**code);
  } else if (meaning->kind == ReportKind::failed) {
    report->reason = "The message was not delivered; Twilio gave no reason.";
  }
  if (meaning->kind == ReportKind::failed) { report->resending = message_resending(*code, resend); }
  return report;
}

Result<alert::Report> parse_call_status(const http::Request& request, const http::Parameters& form, Time now,
                                        const ResendSettings& resend) {
  std::string sid = text_of(form, "CallSid");
  if (!is_call_sid(sid)) { return invalid("CallSid", "is no call's SID"); }
  const std::string status = text_of(form, "CallStatus");
  const auto meaning = call_status(status);
  if (!meaning) { return invalid("CallStatus", "is no status of a call"); }
  const auto code = error_code_of(form);
  if (!code) { return code.error(); }
  auto report = referenced(request, std::move(sid), time_of(form, now));
  if (!report) { return report; }
  report->rank = meaning->rank;
  report->kind = meaning->kind;
  report->error_code = *code;
  if (meaning->kind == ReportKind::failed) {
    report->reason = *code ? sentence_of(**code) : call_failure(status, http::find(form, "SipResponseCode").value_or(""));
  }
  report->resending = call_resending(status, resend);
  return report;
}

Result<Keypress> parse_keypress(const http::Request& request, const http::Parameters& form, Time now) {
  std::string sid = text_of(form, "CallSid");
  if (!is_call_sid(sid)) { return invalid("CallSid", "is no call's SID"); }
  Keypress keypress;
  keypress.digits = text_of(form, "Digits");
  if (keypress.digits.empty() || keypress.digits.size() > 32 || keypress.digits.find_first_not_of("0123456789*#") != std::string::npos) {
    return invalid("Digits", "are no keys of a phone");
  }
  auto report = referenced(request, std::move(sid), now);
  if (!report) { return std::move(report).error(); }
  // Whoever pressed a key has answered, whatever the status field of this request says.
  const StatusMeaning answered = *call_status("in-progress");
  report->rank = answered.rank;
  report->kind = answered.kind;
  report->acknowledged = keypress.digits == "1";
  keypress.report = *std::move(report);
  return keypress;
}

std::optional<OptOutWord> opt_out_word(std::string_view body) {
  constexpr std::array<std::string_view, 8> k_out = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"};
  constexpr std::array<std::string_view, 3> k_in = {"START", "UNSTOP", "YES"};
  constexpr std::array<std::string_view, 2> k_help = {"HELP", "INFO"};
  const std::string word = trimmed_upper(body);
  const auto among = [&word](const auto& words) {
    for (const std::string_view one : words) {
      if (one == word) { return true; }
    }
    return false;
  };
  if (among(k_out)) { return OptOutWord{OptOutKind::out, word}; }
  if (among(k_in)) { return OptOutWord{OptOutKind::in, word}; }
  if (among(k_help)) { return OptOutWord{OptOutKind::help, word}; }
  return std::nullopt;
}

Result<InboundMessage> parse_inbound_message(const http::Request& /*request*/, const http::Parameters& form, Time now) {
  InboundMessage message;
  message.sid = text_of(form, "MessageSid");
  if (!is_message_sid(message.sid)) { return invalid("MessageSid", "is no message's SID"); }
  message.from = text_of(form, "From");
  if (message.from.empty()) { return invalid("From", "is missing"); }
  message.to = text_of(form, "To");
  if (message.to.empty()) { return invalid("To", "is missing"); }
  message.body = text_of(form, "Body");
  message.opt_out = opt_out_type(text_of(form, "OptOutType"));
  if (!message.opt_out) { message.opt_out = effective_opt_out(message.body, message.to); }
  message.at = now;
  return message;
}

}  // namespace bizcomms::twilio
