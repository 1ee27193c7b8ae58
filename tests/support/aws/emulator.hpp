// A child process that answers as AWS services do: moto, ElasticMQ or DynamoDB Local, which scripts/install_emulators puts into
// build/emulators. It listens on a free port of 127.0.0.1 and nowhere else.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace bizcomms::test {

inline constexpr const char* k_aws_region = "eu-west-1";

// Why a test that needs these has to be skipped; empty where all are installed. Names: "moto", "elasticmq", "dynamodb_local".
//   if (const auto why = missing_emulators({"moto"}); !why.empty()) { GTEST_SKIP() << why; }
[[nodiscard]] std::string missing_emulators(std::initializer_list<const char*> names);

// Where that emulator is installed.
[[nodiscard]] std::filesystem::path emulator_folder(const std::string& name);

class Emulator {
public:
  // The command prints 127.0.0.1 and its port once it listens. Made on the main thread only. Throws where it does not answer in time.
  explicit Emulator(std::vector<std::string> command, const Environment& environment = {});

  [[nodiscard]] const std::string& url() const { return m_url; }  // "http://127.0.0.1:41234"
  [[nodiscard]] Process& process() { return m_process; }

private:
  Process m_process;
  std::string m_url;
};

// A small JVM, quick to start, with these arguments.
[[nodiscard]] std::vector<std::string> java_command(const std::string& emulator, const std::vector<std::string>& arguments);

}  // namespace bizcomms::test
