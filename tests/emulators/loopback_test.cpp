// Emulators believe every caller, so nobody outside this machine may reach them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/aws/dynamodb_local.hpp"
#include "support/aws/elasticmq.hpp"
#include "support/aws/moto.hpp"

namespace bizcomms::test {
namespace {

// "socket:[12345]" of every socket that the process has open.
std::set<std::string> sockets_of(pid_t process) {
  std::set<std::string> sockets;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/fd")) {
    std::error_code closed_meanwhile;
    sockets.insert(std::filesystem::read_symlink(entry.path(), closed_meanwhile).string());
  }
  return sockets;
}

// Where the process listens, as the kernel writes it: "0100007F:1F90" is 127.0.0.1:8080.
std::vector<std::string> listening_addresses(pid_t process) {
  const auto own = sockets_of(process);
  std::vector<std::string> addresses;
  for (const auto* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream lines(table);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
      words >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
      if (state == "0A" && own.contains("socket:[" + inode + "]")) { addresses.push_back(local); }
    }
  }
  return addresses;
}

void expect_loopback_only(Process& process) {
  const auto addresses = listening_addresses(process.pid());
  ASSERT_EQ(addresses.size(), 1U) << process.output();
  EXPECT_TRUE(addresses.front().starts_with("0100007F:")) << addresses.front();
}

TEST(Loopback, MotoListensNowhereElse) {
  if (const auto why = missing_emulators({"moto"}); !why.empty()) { GTEST_SKIP() << why; }
  expect_loopback_only(Moto::shared().process());
}

TEST(Loopback, ElasticMqListensNowhereElse) {
  if (const auto why = missing_emulators({"elasticmq"}); !why.empty()) { GTEST_SKIP() << why; }
  expect_loopback_only(ElasticMq::shared().process());
}

TEST(Loopback, DynamoDbLocalListensNowhereElse) {
  if (const auto why = missing_emulators({"dynamodb_local"}); !why.empty()) { GTEST_SKIP() << why; }
  expect_loopback_only(DynamoDbLocal::shared().process());
}

TEST(Emulators, OneThatIsNotInstalledIsNamed) {
  EXPECT_NE(missing_emulators({"kinesis"}).find("NOT TESTED: kinesis is not installed."), std::string::npos);
  EXPECT_EQ(missing_emulators({}), "");
}

TEST(Emulators, OneThatDoesNotStartSaysWhy) { EXPECT_THROW(Emulator({"/bin/sh", "-c", "echo no such luck"}), std::runtime_error); }

}  // namespace
}  // namespace bizcomms::test
