#include "hackernews/html.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace bizcomms::hackernews {
namespace {

using Entity = std::pair<std::string_view, char32_t>;

// Source: HTML Living Standard, "Named character references". Latin-1 is listed apart, in order of its code points from 160.
constexpr std::array<Entity, 42> k_entities{{
    {"amp", U'&'},     {"lt", U'<'},       {"gt", U'>'},       {"quot", U'"'},     {"apos", U'\''},    {"ndash", 0x2013},
    {"mdash", 0x2014}, {"lsquo", 0x2018},  {"rsquo", 0x2019},  {"sbquo", 0x201A},  {"ldquo", 0x201C},  {"rdquo", 0x201D},
    {"bdquo", 0x201E}, {"dagger", 0x2020}, {"Dagger", 0x2021}, {"bull", 0x2022},   {"hellip", 0x2026}, {"permil", 0x2030},
    {"prime", 0x2032}, {"Prime", 0x2033},  {"lsaquo", 0x2039}, {"rsaquo", 0x203A}, {"euro", 0x20AC},   {"trade", 0x2122},
    {"larr", 0x2190},  {"uarr", 0x2191},   {"rarr", 0x2192},   {"darr", 0x2193},   {"harr", 0x2194},   {"minus", 0x2212},
    {"infin", 0x221E}, {"asymp", 0x2248},  {"ne", 0x2260},     {"le", 0x2264},     {"ge", 0x2265},     {"OElig", 0x0152},
    {"oelig", 0x0153}, {"Scaron", 0x0160}, {"scaron", 0x0161}, {"thinsp", 0x2009}, {"ensp", 0x2002},   {"emsp", 0x2003},
}};

constexpr std::array<std::string_view, 96> k_latin1{
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",   "ordf",   "laquo",
    "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",   "acute",  "micro",  "para",   "middot",
    "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde",
    "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave", "Iacute", "Icirc",  "Iuml",
    "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",
    "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil",
    "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute",
    "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave", "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

// Windows-1252 from 128: what browsers show for those references.
constexpr std::array<char32_t, 32> k_windows{0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
                                             0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
                                             0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

constexpr char32_t k_replacement = 0xFFFD;
constexpr std::size_t k_name_max = 10;  // "&#x10FFFF;" is the longest reference that counts

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0U | (c >> 6U));
    put(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0U | (c >> 12U));
    put(0x80U | ((c >> 6U) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  } else {
    put(0xF0U | (c >> 18U));
    put(0x80U | ((c >> 12U) & 0x3FU));
    put(0x80U | ((c >> 6U) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  }
}

std::optional<unsigned> digit_of(char c, unsigned base) {
  unsigned digit = 99;
  if (c >= '0' && c <= '9') { digit = static_cast<unsigned>(c - '0'); }
  if (c >= 'a' && c <= 'f') { digit = static_cast<unsigned>(c - 'a') + 10; }
  if (c >= 'A' && c <= 'F') { digit = static_cast<unsigned>(c - 'A') + 10; }
  if (digit >= base) { return std::nullopt; }
  return digit;
}

std::optional<char32_t> numeric(std::string_view text) {  // behind "#"
  const bool hex = text.starts_with('x') || text.starts_with('X');
  if (hex) { text.remove_prefix(1); }
  if (text.empty()) { return std::nullopt; }
  std::uint32_t value = 0;
  for (const char c : text) {
    const auto digit = digit_of(c, hex ? 16 : 10);
    if (!digit) { return std::nullopt; }
    value = std::min<std::uint32_t>(value * (hex ? 16 : 10) + *digit, 0x110000);
  }
  if (value >= 128 && value < 160) { return k_windows.at(value - 128); }
  if (value == 0 || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) { return k_replacement; }
  return static_cast<char32_t>(value);
}

std::optional<char32_t> named(std::string_view name) {
  const auto* const entity = std::find_if(k_entities.begin(), k_entities.end(), [&](const Entity& e) { return e.first == name; });
  if (entity != k_entities.end()) { return entity->second; }
  const auto* const latin = std::find(k_latin1.begin(), k_latin1.end(), name);
  if (latin != k_latin1.end()) { return static_cast<char32_t>(160 + (latin - k_latin1.begin())); }
  return std::nullopt;
}

bool is_space(char32_t c) { return c <= 0x20 || c == 0x7F || c == 0xA0; }

class Line {
public:
  void put(char32_t c) {
    if (is_space(c)) {
      m_space = !m_text.empty();
      return;
    }
    separate();
    append_utf8(m_text, c);
  }
  void put_byte(char c) {  // of a character outside ASCII
    separate();
    m_text += c;
  }
  std::string take() { return std::move(m_text); }

private:
  void separate() {
    if (m_space) { m_text += ' '; }
    m_space = false;
  }
  std::string m_text;
  bool m_space = false;
};

}  // namespace

std::string plain_text(std::string_view html) {
  Line line;
  for (std::size_t i = 0; i < html.size(); ++i) {
    const char c = html[i];
    if (c == '&') {
      const auto end = html.substr(i, k_name_max + 2).find(';');
      const auto name = end == std::string_view::npos ? std::string_view{} : html.substr(i + 1, end - 1);
      const auto decoded = name.starts_with('#') ? numeric(name.substr(1)) : named(name);
      if (decoded) {
        line.put(*decoded);
        i += end;
        continue;
      }
    }
    if (static_cast<unsigned char>(c) < 0x80) {
      line.put(static_cast<char32_t>(c));
    } else {
      line.put_byte(c);
    }
  }
  return line.take();
}

}  // namespace bizcomms::hackernews
