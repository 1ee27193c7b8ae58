#include "bizcomms/db/private_cluster.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "bizcomms/db/connection.hpp"
#include "db/server_process.hpp"

namespace bizcomms::db {

namespace {

constexpr Millis k_start_limit{std::chrono::seconds{60}};  // recovery after a crash may take a while
constexpr Millis k_stop_limit{std::chrono::seconds{10}};
constexpr const char* k_port = "54329";         // only the socket's name: no port is opened
constexpr std::size_t k_socket_path_max = 107;  // sockaddr_un

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

bool is_server_of(pid_t process, const std::filesystem::path& data) {
  std::ifstream stream(fmt::format("/proc/{}/cmdline", process), std::ios::binary);
  const std::string command((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  return command.find("postgres") != std::string::npos && command.find(data.string()) != std::string::npos;
}

bool wait_until_gone(pid_t process, Millis at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  while (kill(process, 0) == 0) {
    static_cast<void>(ended(process));  // in case it is ours
    if (std::chrono::steady_clock::now() >= until) { return false; }
    sleep_for({}, k_look_again);
  }
  return true;
}

}  // namespace

struct PrivateCluster::Hidden {
  ClusterSettings settings;
  RunAs as{};
  std::filesystem::path programs{};
  int lock = -1;
  pid_t server = -1;

  [[nodiscard]] std::filesystem::path data() const { return settings.folder / "postgres"; }
  [[nodiscard]] std::filesystem::path sockets() const { return settings.folder / "socket"; }
  [[nodiscard]] std::filesystem::path log() const { return settings.folder / "postgres.log"; }

  void say(std::string_view words) const {
    if (settings.progress) { settings.progress(words); }
  }
  Status prepare();
  Status take_lock();
  Status make_cluster();
  Status remove_leftovers() const;
  Status launch();
  Status wait_until_ready();
  void end(int signal);
  ~Hidden() {
    end(SIGINT);
    if (lock >= 0) { close(lock); }
  }
};

Status PrivateCluster::Hidden::prepare() {
  auto user = run_as();
  if (!user) { return user.error(); }
  as = *user;
  std::error_code failed;
  std::filesystem::create_directories(settings.folder, failed);
  if (failed) { return misconfigured(fmt::format("The data folder {} cannot be made: {}.", settings.folder.string(), failed.message())); }
  settings.folder = std::filesystem::canonical(settings.folder, failed);
  if (failed) { return misconfigured(fmt::format("The data folder cannot be read: {}.", failed.message())); }
  if ((sockets() / fmt::format(".s.PGSQL.{}", k_port)).string().size() > k_socket_path_max) {
    return misconfigured(
        fmt::format("The data folder's path is too long for a socket in it ({}); give --data a shorter one.", settings.folder.string()));
  }
  if (auto reachable = check_reachable(settings.folder, as); !reachable) { return reachable; }
  if (auto locked = take_lock(); !locked) { return locked; }
  if (auto made = make_folder(sockets(), as); !made) { return made; }
  const std::string version = first_line(data() / "PG_VERSION");
  auto found = find_programs(version.empty() ? std::nullopt : std::optional(version));
  if (!found) { return found.error(); }
  programs = *found;
  return version.empty() ? make_cluster() : Status{};
}

Status PrivateCluster::Hidden::take_lock() {
  lock = open((settings.folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) { return misconfigured(fmt::format("The data folder {} cannot be written to.", settings.folder.string())); }
  if (flock(lock, LOCK_EX | LOCK_NB) == 0) { return {}; }
  return Error{.code = ErrorCode::conflict,
               .message = fmt::format("Another bizcomms uses the data folder {}; stop it, or give --data another folder.",
                                      settings.folder.string())};
}

Status PrivateCluster::Hidden::make_cluster() {
  std::error_code failed;
  if (std::filesystem::exists(data(), failed) && !std::filesystem::is_empty(data(), failed)) {
    return misconfigured(
        fmt::format("The folder {} is not a whole PostgreSQL cluster; move it away or give --data another folder.", data().string()));
  }
  say("Making a database cluster");
  const auto unfinished = settings.folder / "postgres.new";  // renamed when whole, so that a killed start leaves nothing half made
  std::filesystem::remove_all(unfinished, failed);
  if (auto made = make_folder(unfinished, as); !made) { return made; }
  const auto started = start_program({(programs / "initdb").string(), "--pgdata=" + unfinished.string(), "--username=bizcomms",
                                      "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"},
                                     as, log(), false);
  if (!started) { return started.error(); }
  const auto status = wait_for_end(*started, k_start_limit);
  if (!status || *status != 0) {
    return misconfigured(fmt::format("The database cluster cannot be made in {}: {}.", settings.folder.string(), complaint_in(log())));
  }
  std::filesystem::remove(data(), failed);
  std::filesystem::rename(unfinished, data(), failed);
  if (failed) { return misconfigured(fmt::format("The folder {} cannot be written: {}.", settings.folder.string(), failed.message())); }
  return {};
}

// A server of this folder that nobody holds the lock for was left behind by a killed program.
Status PrivateCluster::Hidden::remove_leftovers() const {
  const auto file = data() / "postmaster.pid";
  const std::string line = first_line(file);
  if (line.empty()) { return {}; }
  const auto process = static_cast<pid_t>(std::strtol(line.c_str(), nullptr, 10));
  if (process > 1 && is_server_of(process, data())) {
    say("Stopping a database that was left running");
    ::kill(process, SIGINT);
    if (!wait_until_gone(process, k_stop_limit)) {
      ::kill(process, SIGQUIT);
      if (!wait_until_gone(process, k_stop_limit)) {
        return misconfigured(fmt::format("A PostgreSQL server (process {}) holds {} and does not stop; end it.", process, data().string()));
      }
    }
    return {};
  }
  std::error_code failed;  // the number belongs to nobody, or to somebody else by now
  std::filesystem::remove(file, failed);
  return {};
}

Status PrivateCluster::Hidden::launch() {
  if (auto removed = remove_leftovers(); !removed) { return removed; }
  say("Starting the database");
  std::error_code ignored;
  std::filesystem::resize_file(log(), 0, ignored);
  std::vector<std::string> command{(programs / "postgres").string(), "-D", data().string()};
  std::map<std::string, std::string> parameters{{"listen_addresses", ""},
                                                {"port", k_port},
                                                {"unix_socket_directories", sockets().string()},
                                                {"max_connections", "100"},
                                                {"shared_buffers", "128MB"},
                                                {"logging_collector", "off"},
                                                {"log_destination", "stderr"}};
  for (const auto& entry : settings.parameters) { parameters[entry.first] = entry.second; }
  for (const auto& entry : parameters) {
    command.emplace_back("-c");
    command.push_back(entry.first + "=" + entry.second);
  }
  const auto started = start_program(command, as, log(), true);
  if (!started) { return started.error(); }
  server = *started;
  return wait_until_ready();
}

Status PrivateCluster::Hidden::wait_until_ready() {
  const ConnectionSettings probe{.url = Secret(fmt::format("host='{}' port={} user=bizcomms dbname=postgres", sockets().string(), k_port))};
  const auto until = std::chrono::steady_clock::now() + k_start_limit;
  for (;;) {
    const auto connection = Connection::open(probe);
    if (connection) {
      static_cast<void>((*connection)->script("CREATE DATABASE bizcomms"));  // there already, but for the first time
      return {};
    }
    if (ended(server)) {
      server = -1;
      return misconfigured(fmt::format("The database in {} does not start: {}.", settings.folder.string(), complaint_in(log())));
    }
    if (std::chrono::steady_clock::now() >= until) {
      return misconfigured(fmt::format("The database in {} does not answer; see {}.", settings.folder.string(), log().string()));
    }
    sleep_for({}, k_look_again);
  }
}

void PrivateCluster::Hidden::end(int signal) {
  if (server <= 0) { return; }
  for (const int next : {signal, SIGQUIT, SIGKILL}) {
    ::kill(server, next);
    if (wait_for_end(server, k_stop_limit)) { break; }
  }
  server = -1;
}

PrivateCluster::PrivateCluster(std::unique_ptr<Hidden> hidden) : m_hidden(std::move(hidden)) {}
PrivateCluster::~PrivateCluster() = default;

Result<std::unique_ptr<PrivateCluster>> PrivateCluster::start(ClusterSettings settings) {
  auto hidden = std::make_unique<Hidden>(Hidden{.settings = std::move(settings)});
  if (auto prepared = hidden->prepare(); !prepared) { return prepared.error(); }
  if (auto launched = hidden->launch(); !launched) { return launched.error(); }
  return std::unique_ptr<PrivateCluster>(new PrivateCluster(std::move(hidden)));
}

void PrivateCluster::stop() { m_hidden->end(SIGINT); }
void PrivateCluster::kill() { m_hidden->end(SIGQUIT); }

Status PrivateCluster::restart() {
  m_hidden->end(SIGINT);
  return m_hidden->launch();
}

bool PrivateCluster::running() { return m_hidden->server > 0 && !ended(m_hidden->server); }

std::string PrivateCluster::url(const std::string& database) const {
  std::string folder;
  for (const char c : m_hidden->sockets().string()) {
    if (c == '\'' || c == '\\') { folder += '\\'; }
    folder += c;
  }
  return fmt::format("host='{}' port={} user=bizcomms dbname={}", folder, k_port, database);
}

}  // namespace bizcomms::db
