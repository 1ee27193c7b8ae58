// Made-up keys and times that the tests share: those of the published examples.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

inline constexpr Time k_noon{std::chrono::seconds{1'768'480'496}};  // 2026-01-15T12:34:56Z
inline constexpr const char* k_region = "eu-west-1";

inline AccessKey lasting_key() { return {.id = "ASIAIOSFODNN7EXAMPLE", .secret = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")}; }
inline AccessKey temporary_key() {
  AccessKey key = lasting_key();
  key.session_token = Secret("FwoGZXIvYXdzEXAMPLETOKEN//////////wEaDEXAMPLE==");
  return key;
}

// What a log's lines said. Thread-safe.
class Heard {
public:
  [[nodiscard]] Log log() {
    return Log({.level = LogLevel::debug}, [this](std::string_view line) {
      const std::lock_guard lock(m_mutex);
      m_text += line;
    });
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(m_mutex);
    return m_text;
  }

private:
  mutable std::mutex m_mutex;  // guards m_text
  std::string m_text;
};

}  // namespace bizcomms::aws
