// What the phones show: for the page, and for tests that want to know exactly who got what.
#include <algorithm>
#include <array>
#include <charconv>

#include "simulator/exchange.hpp"

namespace bizcomms::simulator {
namespace {

constexpr std::size_t k_preview_bytes = 160;

// "12.3": the next message and the next call.
bool parse_cursor(std::string_view text, std::uint64_t& message, std::uint64_t& call) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) { return false; }
  const auto read = [](std::string_view part, std::uint64_t& to) {
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), to);
    return error == std::errc{} && end == part.data() + part.size();
  };
  return read(text.substr(0, dot), message) && read(text.substr(dot + 1), call);
}

std::string heard(const Call& call, Time now) {
  std::string text;
  for (const auto& line : call.lines) {
    if (line.at > now || line.kind != CallLine::Kind::said) { continue; }
    text += (text.empty() ? "" : " ") + line.text;
  }
  return text;
}

std::string preview(std::string text) {
  if (text.size() <= k_preview_bytes) { return text; }
  std::size_t end = k_preview_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) { --end; }
  return text.substr(0, end) + "…";
}

}  // namespace

void Exchange::write_item(json::Writer& writer, const Message& message, Time now) const {
  writer.begin_object().field("kind", "message").field("sid", message.sid.text("SM")).field("direction", to_string(message.direction));
  writer.field("to", to_of(message)).field("from", from_of(message)).field("body", *message.body);
  writer.field("status", to_string(status_at(message, now))).field("received", on_phone(message, now));
  writer.key("error_code");
  now >= message.ended&& message.error != 0 ? writer.value(int{message.error}) : writer.null();
  writer.field("segments", int{message.segments}).field("automatic", message.automatic);
  writer.field("at", to_rfc3339(on_phone(message, now) ? message.ended : message.created)).end_object();
}

void Exchange::write_item(json::Writer& writer, const Call& call, Time now) const {
  const auto status = status_at(call, now);
  const bool listens = status == CallStatus::in_progress && call.gather && now < call.gather->until;
  writer.begin_object().field("kind", "call").field("sid", call.sid.text("CA")).field("direction", "outbound-api");
  writer.field("to", number_text(call.phone)).field("from", call.ours).field("twiml", call.twiml).field("heard", heard(call, now));
  writer.field("status", to_string(status)).field("received", now >= call.answered).field("listens", listens);
  writer.key("error_code");
  now >= call.ended&& call.error != 0 ? writer.value(int{call.error}) : writer.null();
  writer.key("lines").begin_array();
  for (const auto& line : call.lines) {
    if (line.at > now) { continue; }
    writer.begin_object().field("at", to_rfc3339(line.at));
    writer.field("kind", line.kind == CallLine::Kind::said ? "said" : "pressed").field("text", line.text).end_object();
  }
  writer.end_array().field("at", to_rfc3339(now >= call.answered ? call.answered : call.created)).end_object();
}

Json Exchange::phones(std::size_t limit, std::string_view search) const {
  const std::scoped_lock lock(m_mutex);
  const Time now = m_clock.now();
  json::Writer writer;
  writer.begin_object().field("total", static_cast<std::int64_t>(m_phones.size())).key("phones").begin_array();
  std::size_t written = 0;
  for (const auto number : m_recent) {
    const std::string text = number_text(number);
    if (text.find(search) == std::string::npos) { continue; }
    if (written++ == limit) { break; }
    const Phone& phone = m_phones.at(number);
    const auto items = phone.kept();
    const auto calls = std::count_if(items.begin(), items.end(), [](std::uint64_t item) { return item % 2 == 1; });
    writer.begin_object().field("number", text).field("messages", static_cast<std::int64_t>(items.size()) - calls);
    writer.field("calls", std::int64_t{calls}).field("stopped", !phone.blocked.empty());
    bool on_call = false;
    std::string last;
    Time at{};
    if (!items.empty() && items.back() % 2 == 1) {
      const Call& call = m_calls.at(items.back() / 2);
      on_call = now >= call.ringing && now < call.ended;
      last = heard(call, now);
      at = call.created;
    } else if (!items.empty()) {
      const Message& message = m_messages.at(items.back() / 2);
      last = *message.body;
      at = message.created;
    }
    writer.field("on_call", on_call).field("last", preview(std::move(last))).field("last_at", to_rfc3339(at)).end_object();
  }
  writer.end_array().end_object();
  return writer.take();
}

std::variant<Json, Trouble> Exchange::phone(std::string_view number, std::size_t limit) const {
  std::uint64_t digits = 0;
  if (!parse_number(number, digits)) { return Trouble{400, "The phone number must be E.164, such as +15551234567."}; }
  const std::scoped_lock lock(m_mutex);
  const auto found = m_phones.find(digits);
  if (found == m_phones.end()) { return Trouble{404, "This phone has received nothing yet."}; }
  const Time now = m_clock.now();
  auto items = found->second.kept();
  const auto total = items.size();
  if (items.size() > limit) { items = items.subspan(items.size() - limit); }  // the latest
  json::Writer writer;
  writer.begin_object().field("number", number_text(digits)).field("total", static_cast<std::int64_t>(total)).key("stopped").begin_array();
  for (const auto& sender : found->second.blocked) { writer.value(sender); }
  writer.end_array().key("items").begin_array();
  for (const auto item : items) {
    if (item % 2 == 0) {
      write_item(writer, m_messages.at(item / 2), now);
    } else {
      write_item(writer, m_calls.at(item / 2), now);
    }
  }
  writer.end_array().end_object();
  return writer.take();
}

std::variant<Json, Trouble> Exchange::record(std::size_t limit, std::string_view cursor, bool all) const {
  const std::scoped_lock lock(m_mutex);
  std::uint64_t message = m_messages.first();
  std::uint64_t call = m_calls.first();
  if (!cursor.empty() && !parse_cursor(cursor, message, call)) { return Trouble{400, "The cursor is not one that this record gave."}; }
  message = std::max(message, m_messages.first());
  call = std::max(call, m_calls.first());
  const Time now = m_clock.now();
  json::Writer writer;
  writer.begin_object().key("items").begin_array();
  for (std::size_t written = 0; written < limit && (message < m_messages.end() || call < m_calls.end());) {
    const bool call_next =
        message >= m_messages.end() || (call < m_calls.end() && m_calls.at(call).created < m_messages.at(message).created);
    if (call_next) {
      const Call& entry = m_calls.at(call++);
      if (!all && now < entry.answered) { continue; }
      write_item(writer, entry, now);
    } else {
      const Message& entry = m_messages.at(message++);
      if (!all && (entry.direction != Direction::outbound_api || !on_phone(entry, now))) { continue; }
      write_item(writer, entry, now);
    }
    ++written;
  }
  const bool more = message < m_messages.end() || call < m_calls.end();
  writer.end_array().key("next_cursor");
  more ? writer.value(std::to_string(message) + "." + std::to_string(call)) : writer.null();
  writer.end_object();
  return writer.take();
}

Json Exchange::statistics() const {
  const auto courier = m_courier.counts();
  const std::scoped_lock lock(m_mutex);
  const Time now = m_clock.now();
  std::int64_t duplicates = 0;
  std::int64_t received = 0;
  std::int64_t under_way = 0;
  std::vector<const std::string*> bodies;
  for (const auto& entry : m_phones) {
    bodies.clear();
    for (const auto item : entry.second.kept()) {
      if (item % 2 != 0) { continue; }
      const Message& message = m_messages.at(item / 2);
      if (message.direction != Direction::outbound_api) { continue; }
      bodies.push_back(message.body);  // equal texts are one text
      received += on_phone(message, now) ? 1 : 0;
      under_way += now < message.ended ? 1 : 0;
    }
    std::sort(bodies.begin(), bodies.end());
    duplicates += static_cast<std::int64_t>(bodies.size()) - (std::unique(bodies.begin(), bodies.end()) - bodies.begin());
  }
  const auto waiting = m_open_answers.size();
  json::Writer writer;
  writer.begin_object()
      .field("phones", static_cast<std::int64_t>(m_phones.size()))
      .field("messages", static_cast<std::int64_t>(m_messages.size()));
  writer.field("calls", static_cast<std::int64_t>(m_calls.size()))
      .field("messages_received", received)
      .field("messages_under_way", under_way);
  writer.field("duplicates", duplicates).field("slow_answers", static_cast<std::int64_t>(waiting)).key("requests").begin_object();
  for (const auto& [name, count] : m_statistics) { writer.field(name, count); }
  writer.end_object().key("webhooks").begin_object();
  writer.field("sent", courier.sent).field("taken", courier.taken).field("failed", courier.failed).field("retried", courier.retried);
  writer.field("waiting", courier.waiting).field("in_flight", courier.in_flight).end_object().end_object();
  return writer.take();
}

}  // namespace bizcomms::simulator
