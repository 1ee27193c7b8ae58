// A bounded sequence in order of arrival, with an index by SID. The oldest leave first. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>

#include "bizcomms/base/result.hpp"
#include "simulator/draw.hpp"

namespace bizcomms::simulator {

template <class T>
class Book {
public:
  using Number = std::uint64_t;  // rises by one, never reused

  Number add(T entry) {
    const Number number = end();
    m_by_sid.emplace(entry.sid, number);
    m_entries.push_back(std::move(entry));
    return number;
  }
  // Takes the oldest out.
  T pop() {
    check(!m_entries.empty(), "a book with entries");
    T entry = std::move(m_entries.front());
    m_entries.pop_front();
    m_by_sid.erase(entry.sid);
    ++m_first;
    return entry;
  }
  [[nodiscard]] Number first() const { return m_first; }
  [[nodiscard]] Number end() const { return m_first + m_entries.size(); }
  [[nodiscard]] std::size_t size() const { return m_entries.size(); }
  [[nodiscard]] T& at(Number number) { return m_entries.at(number - m_first); }
  [[nodiscard]] const T& at(Number number) const { return m_entries.at(number - m_first); }
  [[nodiscard]] std::optional<Number> find(const Sid& sid) const {
    const auto found = m_by_sid.find(sid);
    if (found == m_by_sid.end()) { return std::nullopt; }
    return found->second;
  }
  void clear() {
    m_first = end();
    m_entries.clear();
    m_by_sid.clear();
  }

private:
  std::deque<T> m_entries;
  Number m_first = 0;
  std::unordered_map<Sid, Number, SidHash> m_by_sid;
};

}  // namespace bizcomms::simulator
