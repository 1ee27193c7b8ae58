// Keeps what was traced, for a test to look at.
#pragma once

#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "bizcomms/base/tracer.hpp"

namespace bizcomms::test {

// Thread-safe.
class KeptSpans final : public SpanSink {
public:
  void take(Span span) override {
    const std::scoped_lock lock(m_mutex);
    m_spans.push_back(std::move(span));
  }
  [[nodiscard]] std::vector<Span> spans() const {
    const std::scoped_lock lock(m_mutex);
    return m_spans;
  }
  // The first of that name.
  [[nodiscard]] std::optional<Span> find(std::string_view name) const {
    for (const Span& span : spans()) {
      if (span.name == name) { return span; }
    }
    return std::nullopt;
  }

private:
  mutable std::mutex m_mutex;  // guards m_spans
  std::vector<Span> m_spans;
};

// What a span says of that attribute; nothing where it does not.
[[nodiscard]] inline std::optional<std::variant<std::string, std::int64_t, bool>> attribute_of(const Span& span, std::string_view name) {
  for (const SpanAttribute& attribute : span.attributes) {
    if (attribute.name == name) { return attribute.value; }
  }
  return std::nullopt;
}

}  // namespace bizcomms::test
