// What `bizcomms dev` says on the terminal.
#pragma once

#include <string>
#include <string_view>

#include "bizcomms/base/time.hpp"

namespace bizcomms::app {

// "  PostgreSQL       1.2 s": the steps of the start, each with the time it took.
class Steps {
public:
  explicit Steps(const Clock& clock) : m_clock(clock) {}
  void begin(std::string_view name);
  void note(std::string_view what) const;  // something on the way
  void end(std::string_view outcome);

private:
  const Clock& m_clock;
  std::string m_name;
  SteadyTime m_since{};
};

struct DevAddresses {
  std::string api;     // "http://127.0.0.1:8000"
  std::string phones;  // "http://127.0.0.1:8002/"
  std::string admin;   // "http://127.0.0.1:9101"
  std::string data;
};

// The key, and three commands to copy.
[[nodiscard]] std::string welcome(const DevAddresses& addresses, const std::string& key);

}  // namespace bizcomms::app
