// What happened when, in seconds since the start, and the figures at the end: for people as lines and a table, for programs as JSON.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bizcomms/base/time.hpp"

namespace bizcomms::drill {

// For one thread.
class Timeline {
public:
  Timeline() : m_started(std::chrono::steady_clock::now()) {}

  // Prints it at once. The moment it happened, in seconds since the start.
  double say(const std::string& what);
  [[nodiscard]] double seconds() const { return seconds_at(std::chrono::steady_clock::now()); }
  [[nodiscard]] double seconds_at(SteadyTime time) const { return std::chrono::duration<double>(time - m_started).count(); }

  // A row of the table: `key` in JSON, `sentence` for people. `value` is a JSON number or a text.
  void figure(const std::string& key, const std::string& sentence, std::int64_t value);
  void figure_seconds(const std::string& key, const std::string& sentence, double seconds);
  void note(const std::string& key, const std::string& sentence, const std::string& value);

  [[nodiscard]] std::string table() const;
  [[nodiscard]] std::string json() const;

private:
  struct Figure {
    std::string key;
    std::string sentence;
    std::string shown;
    bool is_text = false;
  };
  const SteadyTime m_started;
  std::vector<std::pair<double, std::string>> m_events;
  std::vector<Figure> m_figures;
};

}  // namespace bizcomms::drill
