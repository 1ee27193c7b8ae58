#include "support/aws/emulator.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "bizcomms/base/result.hpp"

namespace bizcomms::test {
namespace {

constexpr std::chrono::seconds k_start_limit{60};  // a loaded machine takes its time
constexpr std::string_view k_loopback = "127.0.0.1:";

std::string port_in(const std::string& line) {
  const auto found = line.find(k_loopback);
  if (found == std::string::npos) { return {}; }
  const auto from = found + k_loopback.size();
  return line.substr(from, line.find_first_not_of("0123456789", from) - from);
}

// The kernel ends the child when the thread that made it ends: so no emulator outlives a test that crashes or is killed.
std::vector<std::string> bound_to_this_thread(std::vector<std::string> command) {
  check(gettid() == getpid(), "an emulator is started by the main thread");
  command.insert(command.begin(), {"setpriv", "--pdeathsig", "KILL"});
  return command;
}

std::string why_missing(const std::string& name) {
  if (std::filesystem::exists(emulator_folder(name) / "pinned")) { return {}; }
  std::string reason;
  std::ifstream file(emulator_folder(name).string() + ".missing");
  std::getline(file, reason);
  return fmt::format("NOT TESTED: {} is not installed. {}\n", name, reason.empty() ? "scripts/install_emulators does that." : reason);
}

}  // namespace

std::string missing_emulators(std::initializer_list<const char*> names) {
  std::string reasons;
  for (const auto* name : names) { reasons += why_missing(name); }
  return reasons;
}

std::filesystem::path emulator_folder(const std::string& name) { return std::filesystem::path(EMULATORS_DIR) / name; }

Emulator::Emulator(std::vector<std::string> command, const Environment& environment)
    : m_process(bound_to_this_thread(std::move(command)), environment) {
  const auto line = m_process.wait_for_line([](const std::string& printed) { return !port_in(printed).empty(); }, k_start_limit);
  if (!line) { throw std::runtime_error("An emulator does not start:\n" + m_process.output()); }
  m_url = fmt::format("http://{}{}", k_loopback, port_in(*line));
}

std::vector<std::string> java_command(const std::string& emulator, const std::vector<std::string>& arguments) {
  const auto jars = emulator_folder(emulator) / "lib";
  std::vector<std::string> command{"java",
                                   "-Xmx256m",
                                   "-XX:+UseSerialGC",
                                   "-XX:TieredStopAtLevel=1",
                                   "-Djava.net.preferIPv4Stack=true",
                                   "-Djava.library.path=" + jars.string(),
                                   "-cp",
                                   (jars / "*").string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace bizcomms::test
