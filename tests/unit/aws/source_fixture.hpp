// Sources of access keys over a scripted HTTP client; their pauses are counted, not slept.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "aws/key_source.hpp"
#include "unit/aws/fixtures.hpp"
#include "unit/aws/scripted_client.hpp"

namespace bizcomms::aws {

// A token in a file of its own, which is gone afterwards.
class TokenFile {
public:
  explicit TokenFile(const std::string& text) {
    static std::atomic<int> number = 0;
    const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
    m_path = (std::filesystem::temp_directory_path() /
              (std::string("bizcomms_") + std::to_string(getpid()) + test->name() + std::to_string(number++)))
                 .string();
    write(text);
  }
  ~TokenFile() {
    std::error_code ignored;
    std::filesystem::remove(m_path, ignored);
  }
  TokenFile(const TokenFile&) = delete;
  TokenFile& operator=(const TokenFile&) = delete;
  void write(const std::string& text) const { std::ofstream(m_path, std::ios::binary | std::ios::trunc) << text; }
  [[nodiscard]] const std::string& path() const { return m_path; }

private:
  std::string m_path;
};

struct SourceFixture : testing::Test {
  ManualClock clock{k_noon};
  ScriptedClient http;
  std::vector<Millis> pauses;
  bool stopping = false;
  std::map<std::string, std::string> environment;

  [[nodiscard]] std::unique_ptr<KeySource> source() {
    return source_from(environment, k_region, "", http, clock, [this](Millis pause) {
      pauses.push_back(pause);
      return !stopping;
    });
  }
  Result<AccessKey> fetch() { return source()->fetch(); }
  Error failure() {
    const auto key = fetch();
    EXPECT_FALSE(key);
    return key ? Error{} : key.error();
  }
  [[nodiscard]] std::string sent(std::size_t number, std::string_view header) const {
    return std::string(http.requests().at(number).headers.find(header).value_or("(none)"));
  }
};

}  // namespace bizcomms::aws
