#include "support/postgres.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "bizcomms/store/migrations.hpp"
#include "support/process.hpp"

namespace bizcomms::test {

namespace {

template <class T>
T needed(Result<T> result) {
  if (!result) { throw std::runtime_error(result.error().message + " " + result.error().cause); }
  return std::move(*result);
}

std::filesystem::path temporary_folder(const std::filesystem::path& volume) {
  std::string name = ((volume.empty() ? std::filesystem::temp_directory_path() : volume) / "bizcomms-postgres-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) { throw std::runtime_error("no temporary folder to be had"); }
  chmod(name.c_str(), 0755);  // the user postgres must get in
  return name;
}

// What /proc says of a process: its state (R, S, T, Z, …) and its parent; state 0 where there is none.
struct ProcessState {
  char state = 0;
  pid_t parent = 0;
};

ProcessState state_of(pid_t process) {
  std::ifstream stream(fmt::format("/proc/{}/stat", process));
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  const auto behind_name = text.rfind(") ");  // the name is in brackets, and may hold anything
  if (behind_name == std::string::npos) { return {}; }
  return {.state = text[behind_name + 2], .parent = static_cast<pid_t>(std::strtol(text.c_str() + behind_name + 4, nullptr, 10))};
}

// What is left of an ended process until somebody asks for its end holds nothing any more.
bool has_ended(pid_t process) {
  const char state = state_of(process).state;
  return state == 0 || state == 'Z' || state == 'X';
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto process = static_cast<pid_t>(std::strtol(entry.path().filename().c_str(), nullptr, 10));
    if (process > 0 && state_of(process).parent == parent) { children.push_back(process); }
  }
  return children;
}

}  // namespace

Postgres::Postgres(std::map<std::string, std::string> parameters, const std::filesystem::path& volume)
    : m_folder(temporary_folder(volume)) {
  for (const auto* name : {"fsync", "synchronous_commit", "full_page_writes"}) { parameters.try_emplace(name, "off"); }
  parameters.try_emplace("shared_buffers", "64MB");
  m_cluster = needed(db::PrivateCluster::start({.folder = m_folder, .parameters = std::move(parameters)}));
}

Postgres::~Postgres() {
  m_cluster->kill();  // nothing of it is kept
  m_cluster.reset();
  std::error_code ignored;
  std::filesystem::remove_all(m_folder, ignored);
}

void kill_server(pid_t server) {
  const auto needs = [](bool holds, const char* what) {
    if (!holds) { throw std::runtime_error(what); }
  };
  ::kill(server, SIGSTOP);  // so that it starts no others meanwhile
  needs(eventually([&] { return state_of(server).state == 'T'; }), "PostgreSQL does not stop for a signal");
  auto processes = children_of(server);
  processes.push_back(server);
  for (const pid_t process : processes) { ::kill(process, SIGKILL); }
  // A new server does not start while one of the old still holds their shared memory.
  needs(eventually([&] { return std::ranges::all_of(processes, has_ended); }), "PostgreSQL's processes do not end");
}

void Postgres::kill_all() {
  pid_t server = 0;
  std::ifstream(m_folder / "postgres" / "postmaster.pid") >> server;
  if (server <= 0) { throw std::runtime_error("PostgreSQL is not running"); }
  kill_server(server);
}

std::string Postgres::log() const {
  std::ifstream stream(m_folder / "postgres.log");
  return {(std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>()};
}

Postgres& Postgres::shared() {
  static Postgres postgres;
  return postgres;
}

void Postgres::run(const std::string& url, const std::string& sql) {
  const auto connection = needed(db::Connection::open({.url = Secret(url), .statement_timeout = Millis{0}}));
  const auto done = connection->script(sql);
  if (!done) { throw std::runtime_error(done.error().message + " " + done.error().cause); }
}

std::string Postgres::ask(const std::string& url, const std::string& query) {
  const auto connection = needed(db::Connection::open({.url = Secret(url), .statement_timeout = Millis{0}}));
  const auto rows = needed(connection->run({.sql = query, .plan = db::Plan::fresh}));
  return rows.empty() ? std::string{} : rows[0].take_optional<std::string>().value_or("");
}

std::string Postgres::create_database(const std::string& how) {
  const std::string name = fmt::format("test_{}", ++m_databases);
  run(m_cluster->url("postgres"), fmt::format("CREATE DATABASE {} {}", name, how));
  return m_cluster->url(name);
}

std::string Postgres::empty_database() { return create_database(""); }

std::string Postgres::fresh_database() {
  if (!m_has_template) {
    run(m_cluster->url("postgres"), "CREATE DATABASE migrated");
    needed(store::migrate({.url = Secret(m_cluster->url("migrated"))}, Log::silent()));
    m_has_template = true;
  }
  return create_database("TEMPLATE migrated");
}

db::PoolSettings pool_settings(const std::string& url, int size) {
  db::PoolSettings settings{.size = size};
  settings.connection.url = Secret(url);
  settings.connection.session = store::session_settings();
  return settings;
}

}  // namespace bizcomms::test
