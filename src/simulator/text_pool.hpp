// Equal texts are kept once: an alert's body is the same for all its recipients. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bizcomms::simulator {

class TextPool {
public:
  // Each take() is answered by one release(); equal texts give equal pointers meanwhile.
  const std::string* take(std::string_view text) {
    auto found = m_texts.find(text);
    if (found == m_texts.end()) { found = m_texts.emplace(std::string(text), 0).first; }
    ++found->second;
    return &found->first;
  }
  void release(const std::string* text) {
    if (text == nullptr) { return; }
    const auto found = m_texts.find(std::string_view(*text));
    if (found != m_texts.end() && --found->second == 0) { m_texts.erase(found); }
  }
  [[nodiscard]] std::size_t size() const { return m_texts.size(); }
  void clear() { m_texts.clear(); }

private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> m_texts;
};

}  // namespace bizcomms::simulator
