// Whatever bytes come: the JSON reader answers, the strict reader reports, and what it read is written back as JSON that it reads again.
#include <cstdint>
#include <string>
#include <string_view>

#include "bizcomms/json/reader.hpp"
#include "bizcomms/json/writer.hpp"

namespace {

using bizcomms::check;
using bizcomms::json::Document;
using bizcomms::json::Value;
using bizcomms::json::Writer;

void write(Writer& json, Value value) {
  if (value.is_object()) {
    json.begin_object();
    for (const auto& [name, member] : value.members()) {
      json.key(name);
      write(json, member);
    }
    json.end_object();
  } else if (value.is_array()) {
    json.begin_array();
    for (const auto& element : value.elements()) { write(json, element); }
    json.end_array();
  } else if (const auto text = value.as_string()) {
    json.value(*text);
  } else if (const auto whole = value.as_int()) {
    json.value(*whole);
  } else if (const auto number = value.as_double()) {
    json.value(*number);
  } else if (const auto truth = value.as_bool()) {
    json.value(*truth);
  } else {
    json.null();
  }
}

void read_strictly(const Document& document) {
  auto object = document.root().strict_object();
  object.require_text("title", {1, 20});
  object.texts("tags", 3, {1, 5});
  object.one_of("priority", {"low", "high"});
  object.integer("count", -5, 5);
  object.boolean("active");
  if (auto inner = object.object("filters")) { inner->finish(); }
  object.finish();
  check(document.errors().size() <= 32, "errors are bounded");
  for (const auto& error : document.errors()) { check(!error.field.empty() && !error.message.empty(), "an error names its field"); }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = Document::parse(text);
  if (!document) {
    check(document.error().code == bizcomms::ErrorCode::invalid, "what is no JSON is the caller's fault");
    static_cast<void>(Writer().value(text).take());
    return 0;
  }
  read_strictly(*document);
  Writer json;
  write(json, document->root());
  const auto again = Document::parse(json.text(), {.bytes = std::size_t{16} * 1024 * 1024});
  check(again.has_value(), "what was written can be read");
  Writer twice;
  write(twice, again->root());
  check(twice.text() == json.text(), "writing and reading change nothing");
  return 0;
}
