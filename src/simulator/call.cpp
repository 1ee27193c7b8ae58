#include "simulator/call.hpp"

#include <algorithm>

namespace bizcomms::simulator {

std::string_view to_string(CallStatus status) {
  switch (status) {
    case CallStatus::queued:
      return "queued";
    case CallStatus::initiated:
      return "initiated";
    case CallStatus::ringing:
      return "ringing";
    case CallStatus::in_progress:
      return "in-progress";
    case CallStatus::completed:
      return "completed";
    case CallStatus::busy:
      return "busy";
    case CallStatus::no_answer:
      return "no-answer";
    case CallStatus::failed:
      return "failed";
    case CallStatus::canceled:
      break;
  }
  return "canceled";
}

CallStatus status_at(const Call& call, Time now) {
  if (now >= call.ended) { return call.end; }
  if (now >= call.answered) { return CallStatus::in_progress; }
  if (now >= call.ringing) { return CallStatus::ringing; }
  return now >= call.initiated ? CallStatus::initiated : CallStatus::queued;
}

void play(Call& call, std::string_view twiml, Time start, Millis longest) {
  call.lines.erase(std::remove_if(call.lines.begin(), call.lines.end(), [start](const CallLine& line) { return line.at > start; }),
                   call.lines.end());
  call.gather.reset();
  call.digits.clear();
  const auto script = parse_twiml(twiml);
  const Time limit = call.answered + longest;
  if (!script) {
    call.lines.push_back({start, CallLine::Kind::said, "An application error has occurred. Goodbye."});
    call.error = 12100;
    call.ended = std::min(limit, start + std::chrono::seconds{3});
    return;
  }
  for (const auto& utterance : script->utterances) { call.lines.push_back({start + utterance.at, CallLine::Kind::said, utterance.text}); }
  if (script->gather) { call.gather = OpenGather{*script->gather, start + script->gather->until}; }
  call.ended = std::max(start + Millis{1}, std::min(limit, start + script->length));
}

std::int64_t duration_seconds(const Call& call) {
  if (call.answered == k_never || call.ended <= call.answered) { return 0; }
  return std::chrono::ceil<std::chrono::seconds>(call.ended - call.answered).count();
}

void write(json::Writer& writer, const Call& call, const std::string& account_sid, Time now) {
  auto status = status_at(call, now);
  if (status == CallStatus::initiated) { status = CallStatus::queued; }  // the resource has no such status
  const bool ended = now >= call.ended;
  const bool dialled = now >= call.initiated && !(ended && call.initiated >= call.ended);
  const auto sid = call.sid.text("CA");
  const std::string uri = "/2010-04-01/Accounts/" + account_sid + "/Calls/" + sid;
  const auto time_or_null = [&writer](std::string_view name, bool known, Time time) {
    writer.key(name);
    known ? writer.value(to_rfc2822(time)) : writer.null();
  };
  writer.begin_object().field("account_sid", account_sid);
  writer.key("annotation").null().key("answered_by").null();
  writer.field("api_version", "2010-04-01").field("caller_name", "");
  time_or_null("date_created", true, call.created);
  time_or_null("date_updated", true, ended ? call.ended : dialled ? call.initiated : call.created);
  writer.field("direction", "outbound-api").key("duration");
  ended ? writer.value(std::to_string(duration_seconds(call))) : writer.null();
  time_or_null("end_time", ended, call.ended);
  writer.field("forwarded_from", "").field("from", call.ours).field("from_formatted", call.ours);
  writer.key("group_sid").null().key("parent_call_sid").null().key("phone_number_sid").null().key("price").null();
  writer.field("price_unit", "USD").field("queue_time", std::to_string((call.initiated - call.created).count()));
  writer.field("sid", sid);
  time_or_null("start_time", dialled, call.initiated);
  writer.field("status", to_string(status));
  writer.key("subresource_uris").begin_object().field("notifications", uri + "/Notifications.json");
  writer.field("recordings", uri + "/Recordings.json").end_object();
  writer.field("to", number_text(call.phone)).field("to_formatted", number_text(call.phone));
  writer.key("trunk_sid").null().field("uri", uri + ".json").end_object();
}

}  // namespace bizcomms::simulator
