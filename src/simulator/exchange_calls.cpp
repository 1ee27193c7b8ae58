// Calls: taken, planned, answered, their keys pressed, their progress told.
#include <algorithm>
#include <array>
#include <utility>

#include "simulator/exchange.hpp"

namespace bizcomms::simulator {
namespace {

constexpr Millis k_dialling{100};
constexpr Millis k_webhook_limit{15'000};  // a document is waited for so long

bool reports(const Call& call, std::string_view event) {
  return !call.report.url.empty() && std::find(call.events.begin(), call.events.end(), event) != call.events.end();
}

CallStatus parse_end(std::string_view text) {
  if (text == "busy") { return CallStatus::busy; }
  if (text == "no-answer") { return CallStatus::no_answer; }
  return text == "failed" ? CallStatus::failed : CallStatus::completed;
}

}  // namespace

void Exchange::plan(Call& call, const CallOrder& order, const Verdict& verdict) {
  const Draw& draw = verdict.draw;
  Time start = call.created;
  if (m_behaviour.calls_per_second > 0) {
    start = std::max(start, m_calls_free);
    m_calls_free = start + Millis{1000 / m_behaviour.calls_per_second};
  }
  call.initiated = start + draw.between(Purpose::sending, m_behaviour.sending);
  call.ringing = call.initiated + k_dialling;
  const Time picked_up = call.ringing + draw.between(Purpose::ringing, m_behaviour.ringing);
  call.listed = call.created + draw.between(Purpose::list_lag, m_behaviour.list_lag);
  call.error = static_cast<std::uint16_t>(std::clamp(verdict.error_code, 0, 0xFFFF));
  call.end = parse_end(verdict.call_end);
  if (call.end == CallStatus::completed && verdict.error_code != 0) { call.end = CallStatus::failed; }
  if (call.end == CallStatus::completed) {
    call.answered = picked_up;
    call.ended = picked_up + m_behaviour.call_length;
    if (call.document.url.empty()) { play(call, order.twiml, picked_up, m_behaviour.call_length); }
  } else if (call.end == CallStatus::no_answer) {
    call.ended = call.ringing + m_behaviour.no_answer_after;
  } else {
    call.ended = call.end == CallStatus::busy ? picked_up : call.ringing;
  }
}

Reply Exchange::create(const CallOrder& order, const Verdict& verdict) {
  const std::scoped_lock lock(m_mutex);
  if (verdict.refuse != 0) { return Refusal{verdict.refuse}; }
  const Time now = m_clock.now();
  Call call{.sid = verdict.draw.sid(), .phone = order.phone, .ours = order.from, .created = now};
  call.document = order.document;
  call.twiml = order.twiml;
  call.report = order.report;
  call.events = order.events;
  plan(call, order, verdict);
  json::Writer writer;
  write(writer, call, m_settings.account_sid, now);
  ++m_statistics["calls_accepted"];
  if (m_behaviour.test_credentials) { return writer.take(); }
  tell_call(call);
  if (!call.document.url.empty() && call.answered != k_never) { fetch_document(call, call.document, call.answered, {}); }
  keep_call(std::move(call));
  return writer.take();
}

void Exchange::tell_call(const Call& call) {
  int number = 0;
  tell_call_event(call, "initiated", CallStatus::initiated, number++, call.initiated);
  if (call.end != CallStatus::failed) { tell_call_event(call, "ringing", CallStatus::ringing, number++, call.ringing); }
  if (call.answered != k_never) { tell_call_event(call, "answered", CallStatus::in_progress, number++, call.answered); }
  tell_call_event(call, "completed", call.end, number, call.ended);
}

void Exchange::tell_call_event(const Call& call, std::string_view event, CallStatus status, int number, Time at) {
  if (!reports(call, event)) { return; }
  const Draw draw = Draw(m_settings.seed, "call event", call.sid.text("CA"), static_cast<std::uint64_t>(number));
  const bool versioned = event == "completed";  // told anew when the end moves
  post_event(draw, at, [this, sid = call.sid, name = std::string(event), status, number, version = call.version, versioned] {
    return call_webhook(sid, name, status, number, version, versioned);
  });
}

http::Parameters Exchange::call_parameters(const Call& call, CallStatus status) const {
  const std::string to = number_text(call.phone);
  return {{"AccountSid", m_settings.account_sid},
          {"ApiVersion", "2010-04-01"},
          {"CallSid", call.sid.text("CA")},
          {"CallStatus", std::string(to_string(status))},
          {"Called", to},
          {"Caller", call.ours},
          {"Direction", "outbound-api"},
          {"From", call.ours},
          {"To", to}};
}

std::optional<Webhook> Exchange::call_webhook(const Sid& sid, std::string_view event, CallStatus status, int number, std::uint32_t version,
                                              bool versioned) const {
  const std::scoped_lock lock(m_mutex);
  const auto found = m_calls.find(sid);
  if (!found) { return std::nullopt; }
  const Call& call = m_calls.at(*found);
  const bool over = call.end == CallStatus::canceled && m_clock.now() >= call.ended;
  if ((versioned && call.version != version) || (!versioned && over)) { return std::nullopt; }
  const Draw draw(m_settings.seed, "call event", sid.text("CA"), static_cast<std::uint64_t>(number));
  Webhook webhook{.url = call.report.url, .method = call.report.method, .parameters = call_parameters(call, status)};
  webhook.token = Sid{draw.bits(Purpose::token_high), draw.bits(Purpose::token_low)}.text("");
  auto& p = webhook.parameters;
  const Time at = event == "initiated"  ? call.initiated
                  : event == "ringing"  ? call.ringing
                  : event == "answered" ? call.answered
                                        : call.ended;
  p.insert(p.end(),
           {{"CallbackSource", "call-progress-events"}, {"SequenceNumber", std::to_string(number)}, {"Timestamp", to_rfc2822(at)}});
  if (!versioned) { return webhook; }
  const auto seconds = duration_seconds(call);
  p.emplace_back("CallDuration", std::to_string(seconds));
  if (status == CallStatus::completed) { p.emplace_back("Duration", std::to_string((seconds + 59) / 60)); }
  const char* sip = status == CallStatus::busy        ? "486"
                    : status == CallStatus::failed    ? "404"
                    : status == CallStatus::no_answer ? "487"
                                                      : "200";
  p.emplace_back("SipResponseCode", sip);
  return webhook;
}

// The end has moved: what was to be told of it is void, and is told anew.
void Exchange::rewrite_end(Call& call) {
  ++call.version;
  const int number = call.answered == k_never ? 2 : 3;
  tell_call_event(call, "completed", call.end, number, call.ended);
}

void Exchange::fetch_document(const Call& call, const Endpoint& from, Time at, http::Parameters extra) {
  const auto version = call.version;
  m_courier.post(at, [this, sid = call.sid, from, version, extra = std::move(extra)]() -> std::optional<Webhook> {
    const std::scoped_lock lock(m_mutex);
    const auto found = m_calls.find(sid);
    if (!found || m_calls.at(*found).version != version || m_clock.now() >= m_calls.at(*found).ended) { return std::nullopt; }
    Webhook webhook{.url = from.url, .method = from.method, .parameters = call_parameters(m_calls.at(*found), CallStatus::in_progress)};
    webhook.parameters.insert(webhook.parameters.end(), extra.begin(), extra.end());
    webhook.token = Draw(m_settings.seed, "document", sid.text("CA"), version).sid().text("");
    webhook.answered = [this, sid, version](const Result<http::ClientResponse>& answer) { play_answer(sid, version, answer); };
    return webhook;
  });
}

void Exchange::play_answer(const Sid& sid, std::uint32_t version, const Result<http::ClientResponse>& answer) {
  const std::scoped_lock lock(m_mutex);
  const auto found = m_calls.find(sid);
  if (!found || m_calls.at(*found).version != version) { return; }
  Call& call = m_calls.at(*found);
  const Time now = m_clock.now();
  if (now >= call.ended) { return; }
  const bool good = answer && answer->status >= 200 && answer->status < 300;
  // An empty answer is an empty document: the call is over.
  play(call, good ? (answer->body.empty() ? "<Response/>" : answer->body) : "", now, m_behaviour.call_length + (now - call.answered));
  rewrite_end(call);
  const auto script = good ? parse_twiml(answer->body) : std::nullopt;
  if (script && script->redirect && !script->redirect->empty()) {
    call.ended += k_webhook_limit;
    rewrite_end(call);
    fetch_document(call, {*script->redirect}, now + script->length, {});
  }
}

Call* Exchange::call_in_progress(std::uint64_t phone, Time now) {
  const auto known = m_phones.find(phone);
  if (known == m_phones.end()) { return nullptr; }
  const auto items = known->second.kept();
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (*item % 2 == 0) { continue; }
    Call& call = m_calls.at(*item / 2);
    if (status_at(call, now) == CallStatus::in_progress) { return &call; }
  }
  return nullptr;
}

std::optional<Trouble> Exchange::press(std::string_view number, const std::string& digits) {
  std::uint64_t phone = 0;
  if (!parse_number(number, phone)) { return Trouble{400, "The phone number must be E.164, such as +15551234567."}; }
  if (digits.empty() || digits.size() > 32 || digits.find_first_not_of("0123456789*#") != std::string::npos) {
    return Trouble{400, "The digits must be 1 to 32 of 0123456789*#."};
  }
  const std::scoped_lock lock(m_mutex);
  const Time now = m_clock.now();
  Call* call = call_in_progress(phone, now);
  if (call == nullptr) {
    return Trouble{409, "This phone has no call in progress: it rings first, and a key counts while somebody speaks."};
  }
  call->lines.erase(std::remove_if(call->lines.begin(), call->lines.end(), [now](const CallLine& line) { return line.at > now; }),
                    call->lines.end());
  call->lines.push_back({now, CallLine::Kind::pressed, digits});
  ++m_statistics["keys_pressed"];
  if (!call->gather || now >= call->gather->until) { return std::nullopt; }  // pressed, but nobody listens
  const Gather gather = call->gather->gather;
  call->digits += digits;
  const auto finish = gather.finish_on_key.empty() ? std::string::npos : call->digits.find_first_of(gather.finish_on_key);
  const bool enough = gather.digits > 0 && call->digits.size() >= gather.digits;
  if (!enough && finish == std::string::npos) { return std::nullopt; }
  const std::string finished_on = finish == std::string::npos ? "" : call->digits.substr(finish, 1);
  const std::string entered = call->digits.substr(0, std::min(finish, gather.digits > 0 ? gather.digits : std::string::npos));
  call->gather.reset();
  call->digits.clear();
  if (gather.action.empty()) { return std::nullopt; }
  call->ended = now + k_webhook_limit;
  rewrite_end(*call);
  fetch_document(*call, {gather.action, gather.method}, now, {{"Digits", entered}, {"FinishedOnKey", finished_on}, {"msg", "Gather End"}});
  return std::nullopt;
}

void Exchange::end_call(Call& call, CallStatus status, Time now) {
  call.end = status;
  call.ended = now;
  if (status == CallStatus::canceled) { call.answered = k_never; }
  call.lines.erase(std::remove_if(call.lines.begin(), call.lines.end(), [now](const CallLine& line) { return line.at > now; }),
                   call.lines.end());
  call.gather.reset();
  rewrite_end(call);
}

Reply Exchange::fetch_call(const Sid& sid) const {
  const std::scoped_lock lock(m_mutex);
  const auto number = m_calls.find(sid);
  if (!number) { return Refusal{20404}; }
  json::Writer writer;
  write(writer, m_calls.at(*number), m_settings.account_sid, m_clock.now());
  return writer.take();
}

Reply Exchange::update_call(const Sid& sid, const http::Parameters& form) {
  {
    const std::scoped_lock lock(m_mutex);
    const auto number = m_calls.find(sid);
    if (!number) { return Refusal{20404}; }
    Call& call = m_calls.at(*number);
    const Time now = m_clock.now();
    const auto status = status_at(call, now);
    const auto wanted = http::find(form, "Status").value_or("");
    const bool running = status == CallStatus::in_progress;
    const bool waiting = status == CallStatus::queued || status == CallStatus::initiated || status == CallStatus::ringing;
    if (wanted == "completed" && (running || waiting)) {
      end_call(call, running ? CallStatus::completed : CallStatus::canceled, now);
    } else if (wanted == "canceled" && waiting) {
      end_call(call, CallStatus::canceled, now);
    } else if (const auto twiml = http::find(form, "Twiml"); twiml && running) {
      play(call, *twiml, now, m_behaviour.call_length + (now - call.answered));
      rewrite_end(call);
    } else {
      return Refusal{21220};
    }
  }
  return fetch_call(sid);
}

}  // namespace bizcomms::simulator
