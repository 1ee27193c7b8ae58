#include "support/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "bizcomms/base/time.hpp"

namespace bizcomms::test {
namespace {

std::vector<std::string> environment_of(const Environment& wanted) {
  std::vector<std::string> all;
  for (const auto* name : {"PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing in a test sets variables
    if (value != nullptr && !wanted.contains(name)) { all.push_back(fmt::format("{}={}", name, value)); }
  }
  for (const auto& [name, value] : wanted) { all.push_back(fmt::format("{}={}", name, value)); }
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) { pointers.push_back(text.data()); }
  pointers.push_back(nullptr);
  return pointers;
}

pid_t spawn(std::vector<std::string>& command, const Environment& environment, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  auto variables = environment_of(environment);
  pid_t pid = -1;
  const int failed =
      posix_spawnp(&pid, command.at(0).c_str(), &actions, nullptr, pointers_to(command).data(), pointers_to(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) { throw std::runtime_error("cannot start " + command.at(0)); }
  return pid;
}

}  // namespace

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) { return false; }
    sleep_for({}, std::chrono::milliseconds{5});
  }
  return true;
}

Process::Process(std::vector<std::string> command, const Environment& environment) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) { throw std::runtime_error("no pipe to be had"); }
  m_pid = spawn(command, environment, ends[1]);
  close(ends[1]);
  m_reader = std::jthread([this, from = ends[0]] { read_all(from); });
}

Process::~Process() { kill(); }

void Process::read_all(int descriptor) {
  std::array<char, 4096> buffer{};
  std::string partial;
  for (;;) {
    const auto got = read(descriptor, buffer.data(), buffer.size());
    const std::scoped_lock lock(m_mutex);
    if (got <= 0) {
      if (!partial.empty()) { m_lines.push_back(partial); }
      m_open = false;
      m_changed.notify_all();
      break;
    }
    partial.append(buffer.data(), static_cast<std::size_t>(got));
    for (auto end = partial.find('\n'); end != std::string::npos; end = partial.find('\n')) {
      m_lines.push_back(partial.substr(0, end));
      partial.erase(0, end + 1);
    }
    m_changed.notify_all();
  }
  close(descriptor);
}

void Process::signal(int number) const {
  if (!m_exit) { ::kill(m_pid, number); }
}

void Process::kill() {
  signal(SIGKILL);
  static_cast<void>(wait(std::chrono::seconds{10}));
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
  const auto ended = [this] {
    if (m_exit) { return true; }
    int status = 0;
    if (waitpid(m_pid, &status, WNOHANG) != m_pid) { return false; }
    m_exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
  };
  static_cast<void>(eventually(ended, limit));
  return m_exit;
}

bool Process::running() { return !wait(std::chrono::milliseconds{0}); }

std::vector<std::string> Process::lines() const {
  const std::scoped_lock lock(m_mutex);
  return m_lines;
}

std::string Process::output() const {
  std::string all;
  for (const auto& line : lines()) { all += line + "\n"; }
  return all;
}

std::optional<std::string> Process::wait_for_line(const std::function<bool(const std::string&)>& wanted, std::chrono::milliseconds limit) {
  std::size_t seen = 0;
  std::optional<std::string> found;
  std::unique_lock lock(m_mutex);
  m_changed.wait_for(lock, limit, [&] {
    for (; !found && seen < m_lines.size(); ++seen) {
      if (wanted(m_lines[seen])) { found = m_lines[seen]; }
    }
    return found.has_value() || !m_open;
  });
  return found;
}

Finished run(std::vector<std::string> command, const Environment& environment, std::chrono::milliseconds limit) {
  Process process(std::move(command), environment);
  const auto code = process.wait(limit);
  if (!code) { process.kill(); }
  static_cast<void>(process.wait_for_line([](const std::string&) { return false; }, std::chrono::seconds{5}));  // all is read
  return {code.value_or(-1), process.output()};
}

}  // namespace bizcomms::test
