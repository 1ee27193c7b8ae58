#include "db/server_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "bizcomms/db/private_cluster.hpp"

namespace bizcomms::db {

namespace {

constexpr int k_oldest_version = 15;

std::string last_error() { return std::error_code(errno, std::generic_category()).message(); }

bool holds_programs(const std::filesystem::path& folder) {
  return access((folder / "initdb").c_str(), X_OK) == 0 && access((folder / "postgres").c_str(), X_OK) == 0;
}

// Runs in the child between fork and exec: only what is safe there.
[[noreturn]] void become_program(const std::vector<char*>& arguments, const RunAs& as, int log, bool dies_with_us, pid_t parent) {
  const bool dropped = !as.drops || (setgroups(1, &as.group) == 0 && setgid(as.group) == 0 && setuid(as.user) == 0);
  if (dies_with_us) { prctl(PR_SET_PDEATHSIG, SIGINT); }  // after setuid, which clears it
  if (!dropped || chdir("/") != 0 || (dies_with_us && getppid() != parent)) { _exit(126); }
  setpgid(0, 0);  // a Ctrl-C on the terminal is for us alone: we stop the server in our own order
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  execv(arguments.front(), arguments.data());
  _exit(127);
}

}  // namespace

Result<RunAs> run_as() {
  if (geteuid() != 0) { return RunAs{.drops = false, .user = geteuid(), .group = getegid()}; }
  std::array<char, 4096> space{};
  passwd entry{};
  passwd* found = nullptr;
  getpwnam_r(PrivateCluster::k_user, &entry, space.data(), space.size(), &found);
  if (found == nullptr) {
    return misconfigured("PostgreSQL does not run as root, and there is no user postgres to run it as; install postgresql-15.");
  }
  return RunAs{.drops = true, .user = found->pw_uid, .group = found->pw_gid};
}

Result<std::filesystem::path> find_programs(const std::optional<std::string>& version) {
  const std::filesystem::path debian = "/usr/lib/postgresql";
  if (version) {
    auto folder = debian / *version / "bin";
    if (holds_programs(folder)) { return folder; }
    return misconfigured(
        fmt::format("The data folder was made by PostgreSQL {}, which is not installed; install postgresql-{}.", *version, *version));
  }
  for (int number = 30; number >= k_oldest_version; --number) {
    auto folder = debian / std::to_string(number) / "bin";
    if (holds_programs(folder)) { return folder; }
  }
  return misconfigured("PostgreSQL's server is not installed; install it with: apt-get install postgresql-15");
}

Status make_folder(const std::filesystem::path& folder, const RunAs& as) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) { return misconfigured(fmt::format("The folder {} cannot be made: {}.", folder.string(), failed.message())); }
  struct stat facts {};
  if (stat(folder.c_str(), &facts) != 0) {
    return misconfigured(fmt::format("The folder {} cannot be read: {}.", folder.string(), last_error()));
  }
  if (as.drops && facts.st_uid == 0 && chown(folder.c_str(), as.user, as.group) == 0) { facts.st_uid = as.user; }
  if (facts.st_uid != as.user) {
    return misconfigured(fmt::format("The folder {} belongs to another user; give --data another folder.", folder.string()));
  }
  if (chmod(folder.c_str(), 0700) != 0) {
    return misconfigured(fmt::format("The folder {} cannot be closed to others: {}.", folder.string(), last_error()));
  }
  return {};
}

Status check_reachable(const std::filesystem::path& folder, const RunAs& as) {
  if (!as.drops) { return {}; }
  for (auto above = folder; above != above.root_path(); above = above.parent_path()) {
    struct stat facts {};
    if (stat(above.c_str(), &facts) != 0) { continue; }
    const bool open = facts.st_uid == as.user ? (facts.st_mode & S_IXUSR) != 0 : (facts.st_mode & S_IXOTH) != 0;
    if (open || (facts.st_gid == as.group && (facts.st_mode & S_IXGRP) != 0)) { continue; }
    return misconfigured(fmt::format("The user postgres cannot get into {} (its mode is {:04o}); give --data a folder elsewhere.",
                                     above.string(), facts.st_mode & 07777U));
  }
  return {};
}

Result<pid_t> start_program(const std::vector<std::string>& command, const RunAs& as, const std::filesystem::path& log, bool dies_with_us) {
  const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (output < 0) { return misconfigured(fmt::format("{} cannot be written: {}.", log.string(), last_error())); }
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  for (std::string& word : words) { arguments.push_back(word.data()); }
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child == 0) { become_program(arguments, as, output, dies_with_us, parent); }
  close(output);
  if (child < 0) { return misconfigured(fmt::format("{} cannot be started: {}.", command.front(), last_error())); }
  return child;
}

std::optional<int> ended(pid_t process) {
  int status = 0;
  const pid_t answer = waitpid(process, &status, WNOHANG);
  if (answer == 0 || (answer < 0 && errno == EINTR)) { return std::nullopt; }
  return answer < 0 ? -1 : status;
}

std::optional<int> wait_for_end(pid_t process, Millis at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  for (;;) {
    if (const auto status = ended(process)) { return status; }
    if (std::chrono::steady_clock::now() >= until) { return std::nullopt; }
    sleep_for({}, k_look_again);
  }
}

std::string complaint_in(const std::filesystem::path& log) {
  std::ifstream file(log);
  std::string line;
  std::string last;
  std::string complaint;
  while (std::getline(file, line)) {
    if (!line.empty()) { last = line; }
    for (const std::string_view word : {"FATAL:", "PANIC:", "initdb: error:"}) {
      const auto at = line.find(word);
      if (at != std::string::npos) { complaint = line.substr(line.find_first_not_of(' ', at + word.size())); }
    }
  }
  return complaint.empty() ? last : complaint;
}

}  // namespace bizcomms::db
