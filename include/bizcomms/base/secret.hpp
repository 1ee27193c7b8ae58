// A value that must never reach a log, an error or a URL. It has no conversion to text; who needs it says reveal().
#pragma once

#include <string>
#include <utility>

namespace bizcomms {

class Secret {
public:
  Secret() = default;
  explicit Secret(std::string value) : m_value(std::move(value)) {}
  [[nodiscard]] const std::string& reveal() const { return m_value; }
  [[nodiscard]] bool empty() const { return m_value.empty(); }
  bool operator==(const Secret&) const = default;

private:
  std::string m_value;
};

// "+15551234567" → "+1555*****67": the only form of a phone number in a log line.
[[nodiscard]] std::string masked_number(const std::string& number);

}  // namespace bizcomms
