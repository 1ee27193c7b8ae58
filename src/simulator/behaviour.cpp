#include "bizcomms/simulator/behaviour.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"
#include "simulator/knobs.hpp"

namespace bizcomms::simulator {
namespace {

constexpr std::int64_t k_duration_max_ms = 7LL * 24 * 3600 * 1000;
constexpr std::int64_t k_count_max = 1'000'000'000;
constexpr std::size_t k_recipients_max = 100'000;

// Takes the members it knows and reports the rest; one for each object of the document.
class Reader {
public:
  Reader(json::Document& document, json::Value object, std::string path)
      : m_document(document), m_object(object), m_path(std::move(path)) {}

  void probability(std::string_view name, double& to) {
    const auto number = take(name).as_double();
    if (!present(name)) { return; }
    if (!number || *number < 0 || *number > 1) { return wrong(name, "must be a number from 0 to 1"); }
    to = *number;
  }
  template <class Int>
  void integer(std::string_view name, std::int64_t max, Int& to) {
    const auto number = take(name).as_int();
    if (!present(name)) { return; }
    if (!number || *number < 0 || *number > max) { return wrong(name, "must be a whole number from 0 to " + std::to_string(max)); }
    to = static_cast<Int>(*number);
  }
  void duration(std::string_view name, Millis& to) {
    std::int64_t count = to.count();
    integer(name, k_duration_max_ms, count);
    to = Millis{count};
  }
  void truth(std::string_view name, bool& to) {
    const auto value = take(name).as_bool();
    if (!present(name)) { return; }
    if (!value) { return wrong(name, "must be true or false"); }
    to = *value;
  }
  void text(std::string_view name, std::string& to) {
    const auto value = take(name).as_string();
    if (!present(name)) { return; }
    if (!value) { return wrong(name, "must be a text"); }
    to = *value;
  }
  json::Value take(std::string_view name) {
    m_known.emplace_back(name);
    return m_object[name];
  }
  [[nodiscard]] bool present(std::string_view name) const { return !m_object[name].is_null(); }
  void wrong(std::string_view name, std::string message) { m_document.add_error(m_path + std::string(name), std::move(message)); }
  void finish() {
    for (const auto& member : m_object.members()) {
      if (std::find(m_known.begin(), m_known.end(), member.first) == m_known.end()) { wrong(member.first, "is not known here"); }
    }
  }

private:
  json::Document& m_document;
  json::Value m_object;
  std::string m_path;
  std::vector<std::string> m_known;
};

struct KnobReader {
  Reader& reader;
  Behaviour& behaviour;
  std::string name;

  void operator()(double Behaviour::*member) { reader.probability(name, behaviour.*member); }
  void operator()(Millis Behaviour::*member) { reader.duration(name, behaviour.*member); }
  void operator()(int Behaviour::*member) { reader.integer(name, k_count_max, behaviour.*member); }
  void operator()(bool Behaviour::*member) { reader.truth(name, behaviour.*member); }
  void operator()(Range Behaviour::*member) {
    Range& range = behaviour.*member;
    reader.duration(name + "_min_ms", range.min);
    reader.duration(name + "_max_ms", range.max);
    if (range.min > range.max) { reader.wrong(name + "_max_ms", "must not be below " + name + "_min_ms"); }
  }
};

struct KnobWriter {
  json::Writer& writer;
  const Behaviour& behaviour;
  std::string name;

  void operator()(double Behaviour::*member) { writer.field(name, behaviour.*member); }
  void operator()(Millis Behaviour::*member) { writer.field(name, std::int64_t{(behaviour.*member).count()}); }
  void operator()(int Behaviour::*member) { writer.field(name, behaviour.*member); }
  void operator()(bool Behaviour::*member) { writer.field(name, behaviour.*member); }
  void operator()(Range Behaviour::*member) {
    writer.field(name + "_min_ms", std::int64_t{(behaviour.*member).min.count()});
    writer.field(name + "_max_ms", std::int64_t{(behaviour.*member).max.count()});
  }
};

RecipientFault read_recipient(json::Document& document, json::Value value, const std::string& path) {
  RecipientFault out;
  Reader reader(document, value, path);
  reader.text("to", out.to);
  if (!out.to.starts_with('+')) { reader.wrong("to", "must be a phone number, such as +15551234567"); }
  std::string fault = "none";
  reader.text("fault", fault);
  if (!parse_fault(fault, out.fault)) {
    reader.wrong("fault",
                 "must be throttle, error_before, error_after, hang_before, hang_after, reset_before, reset_after or garbled_after");
  }
  reader.integer("times", k_count_max, out.times);
  reader.integer("refuse", 99'999, out.refuse);
  reader.integer("error_code", 99'999, out.error_code);
  reader.text("call", out.call);
  constexpr std::array<std::string_view, 4> k_ends{"", "busy", "no-answer", "failed"};
  if (std::find(k_ends.begin(), k_ends.end(), out.call) == k_ends.end()) { reader.wrong("call", "must be busy, no-answer or failed"); }
  reader.finish();
  return out;
}

void read_recipients(json::Document& document, json::Value list, Behaviour& behaviour) {
  if (!list.is_array()) { return document.add_error("recipients", "must be a list"); }
  const auto elements = list.elements();
  if (elements.size() > k_recipients_max) {
    return document.add_error("recipients", "must have at most " + std::to_string(k_recipients_max) + " elements");
  }
  behaviour.recipients.clear();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    behaviour.recipients.push_back(read_recipient(document, elements[i], "recipients[" + std::to_string(i) + "]."));
  }
}

}  // namespace

Result<Behaviour> parse_behaviour(const std::string& json, const Behaviour& base) {
  auto document = json::Document::parse(json, {.bytes = std::size_t{16} * 1024 * 1024});
  if (!document) { return document.error(); }
  if (!document->root().is_object()) { return Error{.code = ErrorCode::invalid, .message = "The faults must be a JSON object."}; }
  Behaviour behaviour = base;
  Reader reader(*document, document->root(), "");
  for (const Knob& knob : knobs()) { std::visit(KnobReader{reader, behaviour, std::string(knob.name)}, knob.member); }
  const auto recipients = reader.take("recipients");
  if (reader.present("recipients")) { read_recipients(*document, recipients, behaviour); }
  reader.finish();
  if (auto status = document->status("The faults are not valid."); !status) { return status.error(); }
  return behaviour;
}

std::string to_json(const Behaviour& behaviour) {
  json::Writer writer;
  writer.begin_object();
  for (const Knob& knob : knobs()) { std::visit(KnobWriter{writer, behaviour, std::string(knob.name)}, knob.member); }
  writer.key("recipients").begin_array();
  for (const auto& recipient : behaviour.recipients) {
    writer.begin_object().field("to", recipient.to).field("fault", to_string(recipient.fault)).field("times", recipient.times);
    writer.field("refuse", recipient.refuse).field("error_code", recipient.error_code).field("call", recipient.call).end_object();
  }
  writer.end_array().end_object();
  return writer.take();
}

}  // namespace bizcomms::simulator
