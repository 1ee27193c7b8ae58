// A child process of a test: the real binary, or a server it needs. Killed when the object goes, so nothing outlives a test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace bizcomms::test {

// Waits for a condition, asking it often; false when the deadline passed first.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds{20});

// The environment a child gets, beside PATH, HOME and the sanitizers' own variables.
using Environment = std::map<std::string, std::string>;

class Process {
public:
  // Starts at once. Standard output and error are read all the time; lines() has both.
  Process(std::vector<std::string> command, const Environment& environment = {});
  ~Process();  // SIGKILL, if it still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return m_pid; }
  void signal(int number) const;
  void kill();                                                             // SIGKILL, and waits
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds limit);  // exit code, or 128 + signal; nothing: still running
  [[nodiscard]] bool running();

  [[nodiscard]] std::vector<std::string> lines() const;
  [[nodiscard]] std::string output() const;  // all lines, for a failure's message
  // The first line, also one already read, for which `wanted` holds.
  [[nodiscard]] std::optional<std::string> wait_for_line(const std::function<bool(const std::string&)>& wanted,
                                                         std::chrono::milliseconds limit = std::chrono::seconds{20});

private:
  void read_all(int descriptor);

  pid_t m_pid = -1;
  std::optional<int> m_exit;
  mutable std::mutex m_mutex;  // guards m_lines, m_open
  std::condition_variable m_changed;
  std::vector<std::string> m_lines;
  bool m_open = true;
  std::jthread m_reader;
};

struct Finished {
  int code = -1;
  std::string output;
};
// Runs to its end; killed after `limit` (code −1).
[[nodiscard]] Finished run(std::vector<std::string> command, const Environment& environment = {},
                           std::chrono::milliseconds limit = std::chrono::seconds{60});

}  // namespace bizcomms::test
