// Every command of README.md's shell blocks works as it stands there. The two of the front door are run by scripts/front_door and .ci/run.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "support/cell.hpp"

namespace bizcomms::test {
namespace {

const std::set<std::string> k_front_door{"make run", "make test"};

// The lines of the ```sh blocks; one that ends in a backslash goes on in the next.
std::vector<std::string> shell_commands(const std::string& path) {
  std::ifstream stream(path);
  std::vector<std::string> commands;
  bool inside = false;
  bool goes_on = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("```")) {
      inside = line == "```sh";
      continue;
    }
    if (!inside || line.empty()) { continue; }
    if (goes_on) {
      commands.back() += "\n" + line;
    } else {
      commands.push_back(line);
    }
    goes_on = line.ends_with('\\');
  }
  return commands;
}

TEST(Readme, EveryCommandWorks) {
  Cell cell;
  cell.start_serve();
  const auto commands = shell_commands(SOURCE_DIR "/README.md");
  ASSERT_GT(commands.size(), 10U);
  int front_door = 0;
  for (const auto& command : commands) {
    if (k_front_door.contains(command)) {
      ++front_door;
      continue;
    }
    const auto finished = cell.shell(command);
    EXPECT_EQ(finished.code, 0) << command << "\n" << finished.output;
    const bool refused = finished.output.find("urn:bizcomms:problem") != std::string::npos;
    EXPECT_FALSE(refused) << command << "\n" << finished.output;
  }
  EXPECT_EQ(front_door, 2);
}

}  // namespace
}  // namespace bizcomms::test
