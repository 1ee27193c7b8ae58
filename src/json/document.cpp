#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>

#include "bizcomms/json/reader.hpp"
#include "json/duplicates.hpp"
#include "json/hidden.hpp"

namespace bizcomms::json {
namespace {

// Iterative: depth is bounded by the guard below, never by the stack. Numbers as text: RapidJSON's own conversion is undefined for "0e52".
constexpr unsigned k_flags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;

// Stands between RapidJSON's reader and its tree, and stops what the reader lets through: depth, and a lone low surrogate
// (\uDC00), which the reader turns into bytes that are not UTF-8.
class Guard {
public:
  Guard(Tree& tree, int depth_max) : m_tree(tree), m_depth_max(depth_max) {}
  [[nodiscard]] const std::string& refusal() const { return m_refusal; }

  // Names that RapidJSON asks for. NOLINTBEGIN(readability-identifier-naming)
  bool Null() { return m_tree.Null(); }
  bool Bool(bool truth) { return m_tree.Bool(truth); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool /*copy*/) { return number({text, length}); }
  // Never called, but asked for by the reader: every number comes as text.
  bool Int(int value) { return m_tree.Int(value); }
  bool Uint(unsigned value) { return m_tree.Uint(value); }
  bool Int64(std::int64_t value) { return m_tree.Int64(value); }
  bool Uint64(std::uint64_t value) { return m_tree.Uint64(value); }
  bool Double(double value) { return m_tree.Double(value); }
  bool String(const char* text, rapidjson::SizeType length, bool copy) {
    return is_sound(text, length) && m_tree.String(text, length, copy);
  }
  bool Key(const char* text, rapidjson::SizeType length, bool copy) { return is_sound(text, length) && m_tree.Key(text, length, copy); }
  bool StartObject() { return deeper() && m_tree.StartObject(); }
  bool EndObject(rapidjson::SizeType members) {
    --m_depth;
    return m_tree.EndObject(members);
  }
  bool StartArray() { return deeper() && m_tree.StartArray(); }
  bool EndArray(rapidjson::SizeType elements) {
    --m_depth;
    return m_tree.EndArray(elements);
  }
  // NOLINTEND(readability-identifier-naming)

private:
  // The reader has checked its grammar. A whole number that fits into 64 bits stays one.
  bool number(std::string_view text) {
    const char* const end = text.data() + text.size();
    if (text.find_first_of(".eE") == std::string_view::npos) {
      std::int64_t whole = 0;
      if (std::from_chars(text.data(), end, whole).ec == std::errc{}) { return m_tree.Int64(whole); }
    }
    double value = 0;
    if (std::from_chars(text.data(), end, value).ec == std::errc{}) { return m_tree.Double(value); }
    m_refusal = "a number is outside the range of a double";
    return false;
  }
  bool deeper() {
    if (++m_depth <= m_depth_max) { return true; }
    m_refusal =
        fmt::format("objects and arrays lie deeper than {} in each other; at most {} are allowed, so flatten it", m_depth_max, m_depth_max);
    return false;
  }
  bool is_sound(const char* text, rapidjson::SizeType length) {
    const std::string_view bytes(text, length);
    for (auto at = bytes.find('\xED'); at != std::string_view::npos; at = bytes.find('\xED', at + 1)) {
      if (at + 1 < bytes.size() && static_cast<unsigned char>(bytes[at + 1]) >= 0xA0) {
        m_refusal = "a text has half of a surrogate pair, which is no character; write both halves or neither";
        return false;
      }
    }
    return true;
  }

  Tree& m_tree;
  int m_depth_max;
  int m_depth = 0;
  std::string m_refusal;
};

Error not_json(std::string reason) { return {ErrorCode::invalid, fmt::format("This is not valid JSON: {}.", reason)}; }

std::string place(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line_start = before.rfind('\n');
  const auto column = before.size() - (line_start == std::string_view::npos ? 0 : line_start + 1) + 1;
  return fmt::format("line {}, column {}", std::count(before.begin(), before.end(), '\n') + 1, column);
}

std::string reason_of(const rapidjson::ParseResult& failed, const Guard& guard, std::string_view text) {
  const auto where = place(text, failed.Offset());
  if (!guard.refusal().empty()) { return fmt::format("{}: {}", where, guard.refusal()); }
  switch (failed.Code()) {
    case rapidjson::kParseErrorNumberTooBig:
      return where + ": a number is too large for a double";
    case rapidjson::kParseErrorStringInvalidEncoding:
      return where + ": a text is not UTF-8; encode it as UTF-8";
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return where + ": something follows the end of the document; remove it";
    default:
      break;
  }
  std::string sentence = rapidjson::GetParseError_En(failed.Code());
  if (!sentence.empty() && sentence.back() == '.') { sentence.pop_back(); }
  return fmt::format("{}: {}", where, sentence);
}

// What RapidJSON would misread or not see.
std::optional<Error> refused_unread(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return Error{ErrorCode::invalid,
                 fmt::format("The JSON has {} bytes; at most {} are allowed, so shorten it.", text.size(), limits.bytes)};
  }
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) { return not_json("it is empty"); }
  if (text.starts_with("\xEF\xBB\xBF")) { return not_json("it starts with a byte order mark; remove it"); }
  if (const auto at = text.find('\0'); at != std::string_view::npos) { return not_json(place(text, at) + ": a zero byte; remove it"); }
  return std::nullopt;
}

}  // namespace

Document::Document(std::unique_ptr<Hidden> hidden) : m_hidden(std::move(hidden)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::parse(std::string_view text, Limits limits) {
  if (auto refused = refused_unread(text, limits)) { return std::move(*refused); }
  auto hidden = std::make_unique<Hidden>(text.size());
  Guard guard(hidden->tree, limits.depth);
  rapidjson::ParseResult parsed;
  const auto read = [&](Tree& /*tree*/) {
    rapidjson::MemoryStream stream(text.data(), text.size());
    rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>> reader;
    parsed = reader.Parse<k_flags>(stream, guard);
    return !parsed.IsError();
  };
  hidden->tree.Populate(read);
  if (parsed.IsError()) { return not_json(reason_of(parsed, guard, text)); }
  if (auto path = find_duplicate(hidden->tree)) {
    return Error{ErrorCode::invalid, "The JSON gives a name twice in one object.", "", {{*std::move(path), "is given twice; keep one"}}};
  }
  return Document(std::move(hidden));
}

Value Document::root() const { return {m_hidden.get(), static_cast<const Node*>(&m_hidden->tree)}; }

const std::vector<FieldError>& Document::errors() const { return m_hidden->errors; }

Status Document::status(std::string_view what) const {
  if (m_hidden->errors.empty()) { return {}; }
  std::string message(what);
  if (m_hidden->more_errors) { message += fmt::format(" These are its first {} errors.", k_errors_max); }
  return Error{ErrorCode::invalid, std::move(message), "", m_hidden->errors};
}

void Document::add_error(std::string field, std::string message) { m_hidden->add_error(std::move(field), std::move(message)); }

}  // namespace bizcomms::json
