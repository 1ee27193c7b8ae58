#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "simulator/twiml.hpp"

namespace bizcomms::simulator {
namespace {

constexpr std::size_t k_bytes_max = 65'536;
constexpr int k_depth_max = 16;
constexpr std::string_view k_space = " \t\r\n";

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == ':';
}

void append_utf8(std::string& out, unsigned c) {
  const auto put = [&out](unsigned byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) { return put(c); }
  if (c < 0x800) {
    put(0xC0U | c >> 6U);
  } else if (c < 0x10000) {
    put(0xE0U | c >> 12U);
    put(0x80U | (c >> 6U & 0x3FU));
  } else {
    put(0xF0U | c >> 18U);
    put(0x80U | (c >> 12U & 0x3FU));
    put(0x80U | (c >> 6U & 0x3FU));
  }
  put(0x80U | (c & 0x3FU));
}

bool append_entity(std::string& out, std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 5> k_entities{
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [entity, c] : k_entities) {
    if (entity != name) { continue; }
    out += c;
    return true;
  }
  if (!name.starts_with('#')) { return false; }
  const bool hex = name.starts_with("#x");
  name.remove_prefix(hex ? 2 : 1);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value, hex ? 16 : 10);
  if (error != std::errc{} || end != name.data() + name.size() || value == 0 || value > 0x10FFFF) { return false; }
  append_utf8(out, value);
  return true;
}

bool decode(std::string_view raw, std::string& out) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '<') { return false; }
    if (raw[i] != '&') {
      out += raw[i];
      continue;
    }
    const auto end = raw.find(';', i);
    if (end == std::string_view::npos || !append_entity(out, raw.substr(i + 1, end - i - 1))) { return false; }
    i = end;
  }
  return true;
}

// Recursive descent over the text; every step says whether the document is still well-formed.
class Parser {
public:
  explicit Parser(std::string_view text) : m_rest(text) {}

  std::optional<Element> document() {
    Element root;
    if (m_rest.starts_with("<?xml") && !skip_past("?>")) { return std::nullopt; }
    if (!skip_misc() || !element(root, 0) || !skip_misc() || !m_rest.empty()) { return std::nullopt; }
    return root;
  }

private:
  bool take(std::string_view text) {
    if (!m_rest.starts_with(text)) { return false; }
    m_rest.remove_prefix(text.size());
    return true;
  }
  void skip_space() { m_rest.remove_prefix(std::min(m_rest.find_first_not_of(k_space), m_rest.size())); }
  bool skip_past(std::string_view end) {
    const auto at = m_rest.find(end);
    if (at == std::string_view::npos) { return false; }
    m_rest.remove_prefix(at + end.size());
    return true;
  }
  bool skip_misc() {
    skip_space();
    while (m_rest.starts_with("<!--")) {
      if (!skip_past("-->")) { return false; }
      skip_space();
    }
    return true;
  }
  std::string name() {
    const auto* const end = std::find_if_not(m_rest.begin(), m_rest.end(), is_name);
    std::string out(m_rest.begin(), end);
    m_rest.remove_prefix(out.size());
    return out;
  }
  bool attribute(Element& element) {
    const std::string key = name();
    skip_space();
    if (key.empty() || !take("=")) { return false; }
    skip_space();
    const char quote = m_rest.empty() ? '\0' : m_rest.front();
    if (quote != '"' && quote != '\'') { return false; }
    const auto end = m_rest.find(quote, 1);
    if (end == std::string_view::npos) { return false; }
    std::string value;
    if (!decode(m_rest.substr(1, end - 1), value)) { return false; }
    m_rest.remove_prefix(end + 1);
    return element.attributes.emplace(key, std::move(value)).second;
  }
  bool element(Element& out, int depth) {
    if (depth > k_depth_max || !take("<")) { return false; }
    out.name = name();
    if (out.name.empty()) { return false; }
    for (skip_space(); !m_rest.starts_with('>') && !m_rest.starts_with("/>"); skip_space()) {
      if (!attribute(out)) { return false; }
    }
    if (take("/>")) { return true; }
    (void)take(">");
    return content(out, depth);
  }
  bool content(Element& out, int depth) {
    while (!m_rest.empty()) {
      if (take("</")) {
        if (name() != out.name) { return false; }
        skip_space();
        return take(">");
      }
      if (m_rest.starts_with("<!--")) {
        if (!skip_past("-->")) { return false; }
      } else if (take("<![CDATA[")) {
        const auto end = m_rest.find("]]>");
        if (end == std::string_view::npos) { return false; }
        out.text += m_rest.substr(0, end);
        m_rest.remove_prefix(end + 3);
      } else if (m_rest.front() == '<') {
        if (!element(out.children.emplace_back(), depth + 1)) { return false; }
      } else {
        const auto end = std::min(m_rest.find('<'), m_rest.size());
        if (!decode(m_rest.substr(0, end), out.text)) { return false; }
        m_rest.remove_prefix(end);
      }
    }
    return false;
  }

  std::string_view m_rest;
};

}  // namespace

std::optional<Element> parse_xml(std::string_view text) {
  if (text.size() > k_bytes_max) { return std::nullopt; }
  return Parser(text).document();
}

}  // namespace bizcomms::simulator
