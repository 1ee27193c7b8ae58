// Strict reading of JSON: UTF-8, no duplicate names, no comments, bounded depth and size; typed fields whose errors carry the
// path of what is wrong. A reader gathers all errors of a document, so that a caller sees them at once.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/base/result.hpp"

namespace bizcomms::json {

struct Limits {
  std::size_t bytes = std::size_t{1024} * 1024;
  int depth = 16;
};

class Value;
class Object;

// A parsed document; owns what its values show. Not copyable. Reading is thread-safe, collecting errors is not.
class Document {
public:
  [[nodiscard]] static Result<Document> parse(std::string_view text, Limits limits = {});
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  [[nodiscard]] Value root() const;
  // The errors that readers of this document have met so far, in order of reading; at most 32 are kept.
  [[nodiscard]] const std::vector<FieldError>& errors() const;
  // An `invalid` Error with those fields, where there are any; `what` names the document: "The alert is not valid."
  [[nodiscard]] Status status(std::string_view what) const;
  void add_error(std::string field, std::string message);

private:
  friend class Value;
  friend class Object;
  struct Hidden;
  explicit Document(std::unique_ptr<Hidden> hidden);
  std::unique_ptr<Hidden> m_hidden;
};

// A view into a Document; must not outlive it. The lenient half: what is absent or of another type is nothing. For answers
// of other systems, where unknown fields and nulls are welcome.
class Value {
public:
  [[nodiscard]] bool is_null() const;  // also when absent
  [[nodiscard]] bool is_object() const;
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] std::optional<std::string> as_string() const;
  [[nodiscard]] std::optional<std::int64_t> as_int() const;
  [[nodiscard]] std::optional<double> as_double() const;
  [[nodiscard]] std::optional<bool> as_bool() const;
  [[nodiscard]] Value operator[](std::string_view member) const;  // absent value when there is none
  [[nodiscard]] std::vector<Value> elements() const;              // empty when it is no array
  [[nodiscard]] std::vector<std::pair<std::string, Value>> members() const;
  // The strict half: an Object that reports what is wrong to the document. `path` is put before its fields' names.
  [[nodiscard]] Object strict_object(std::string path = "") const;

private:
  friend class Document;
  friend class Object;
  Value(Document::Hidden* document, const void* value) : m_document(document), m_value(value) {}
  Document::Hidden* m_document;
  const void* m_value;  // null: absent
};

struct TextRule {
  std::size_t min = 0;  // code points
  std::size_t max = 0;  // 0: no limit
};

// Reads the members of one object strictly. Every call names a member; finish() reports the members nobody asked for, with
// the nearest known name as a suggestion. A member that is absent is nothing (and an error in the require_… forms); null counts as a wrong
// type. U+0000 is refused in every text. All errors go to the document.
class Object {
public:
  std::optional<std::string> text(std::string_view name, TextRule rule);
  std::optional<std::string> require_text(std::string_view name, TextRule rule);
  std::optional<bool> boolean(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t max_count, TextRule each);
  std::optional<std::string> one_of(std::string_view name, std::initializer_list<std::string_view> allowed);
  std::optional<Object> object(std::string_view name);
  [[nodiscard]] bool has(std::string_view name) const;
  void error(std::string_view name, std::string message);  // a rule of the caller's own
  void finish();

private:
  friend class Value;
  Object(Document::Hidden* document, const void* value, std::string path);
  [[nodiscard]] const void* member(std::string_view name);
  [[nodiscard]] std::string path_of(std::string_view name) const;

  Document::Hidden* m_document;
  const void* m_value;  // null: it was no object, which has been reported
  std::string m_path;
  std::vector<std::string> m_known;
};

}  // namespace bizcomms::json
