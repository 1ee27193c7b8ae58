#include "alert/tags.hpp"

#include <algorithm>

#include "alert/utf8.hpp"
#include "bizcomms/alert/validation.hpp"

namespace bizcomms::alert {

namespace {

// Unicode's property White_Space.
bool is_white_space(char32_t c) {
  if (c >= 0x2000 && c <= 0x200A) { return true; }
  if (c >= 0x09 && c <= 0x0D) { return true; }
  constexpr std::u32string_view k_others = U"\u0020\u0085\u00A0\u1680\u2028\u2029\u202F\u205F\u3000";
  return k_others.find(c) != std::u32string_view::npos;
}

char32_t lower_greek(char32_t c) {
  if (c >= 0x0391 && c <= 0x03AB && c != 0x03A2) { return c + 0x20; }
  if (c >= 0x0388 && c <= 0x038A) { return c + 0x25; }
  switch (c) {
    case 0x0386:
      return 0x03AC;
    case 0x038C:
      return 0x03CC;
    case 0x038E:
      return 0x03CD;
    case 0x038F:
      return 0x03CE;
    default:
      return c;
  }
}

char32_t lower_cyrillic(char32_t c) {
  if (c >= 0x0400 && c <= 0x040F) { return c + 0x50; }
  if (c >= 0x0410 && c <= 0x042F) { return c + 0x20; }
  if (c == 0x04C0) { return 0x04CF; }
  // The rest of the block comes in pairs, the capital first.
  const bool even_capitals = (c >= 0x0460 && c <= 0x0480) || (c >= 0x048A && c <= 0x04BE) || (c >= 0x04D0 && c <= 0x052E);
  const bool odd_capitals = c >= 0x04C1 && c <= 0x04CD;
  if ((even_capitals && c % 2 == 0) || (odd_capitals && c % 2 == 1)) { return c + 1; }
  return c;
}

char32_t lower(char32_t c) {
  if (c >= U'A' && c <= U'Z') { return c + 0x20; }
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) { return c + 0x20; }
  if (c >= 0x0386 && c <= 0x03AB) { return lower_greek(c); }
  if (c >= 0x0400 && c <= 0x052F) { return lower_cyrillic(c); }
  return c;
}

std::string lowered(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    const auto code_point = take_code_point(text);
    if (code_point) {
      append_utf8(result, lower(*code_point));
    } else {
      result.push_back(before.front());  // not UTF-8: kept as it is, for validation to refuse
    }
  }
  return result;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  std::string_view rest = text;
  std::size_t first = text.size();
  std::size_t last = text.size();
  while (!rest.empty()) {
    const std::size_t at = text.size() - rest.size();
    if (is_white_space(take_code_point_or_replacement(rest))) { continue; }
    first = std::min(first, at);
    last = text.size() - rest.size();
  }
  return text.substr(first, last - first);
}

std::vector<std::string> normalised_tags(std::vector<std::string> tags) {
  for (std::string& tag : tags) { tag = lowered(trimmed(tag)); }
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return tags;
}

}  // namespace bizcomms::alert
