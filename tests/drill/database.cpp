#include "drill/database.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "db/server_process.hpp"
#include "support/loopback.hpp"
#include "support/postgres.hpp"

namespace bizcomms::drill {
namespace {

using namespace std::chrono_literals;

void needs(bool holds, const std::string& what) {
  if (!holds) { throw std::runtime_error(what); }
}

// Below it the server's own user makes what it likes.
std::filesystem::path new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "bizcomms-drill-XXXXXX").string();
  needs(mkdtemp(name.data()) != nullptr, "no temporary folder to be had");
  const auto user = db::run_as();
  needs(user.has_value(), "PostgreSQL has no user to run as");
  if (user->drops) { needs(chown(name.c_str(), user->user, user->group) == 0, "the folder cannot be given away"); }
  return name;
}

// What a replica needs to be quick in a drill: it looks for its primary again soon, and says at once how far it is.
std::vector<std::string> parameters(int port) {
  std::vector<std::string> words;
  for (const auto& parameter :
       {fmt::format("port={}", port), std::string("listen_addresses=127.0.0.1"), std::string("unix_socket_directories="),
        std::string("fsync=off"), std::string("shared_buffers=64MB"), std::string("max_connections=120"), std::string("wal_level=replica"),
        std::string("wal_log_hints=on"), std::string("hot_standby_feedback=on"), std::string("wal_retrieve_retry_interval=200ms"),
        std::string("wal_receiver_status_interval=1s"), std::string("logging_collector=off")}) {
    words.insert(words.end(), {"-c", parameter});
  }
  return words;
}

}  // namespace

Database::Database(std::string name) : m_name(std::move(name)), m_port(test::free_port()), m_folder(new_folder()) {}

Database::~Database() {
  if (m_server && m_server->running()) { test::kill_server(m_server->pid()); }
  m_server.reset();
  std::error_code ignored;
  std::filesystem::remove_all(m_folder, ignored);
}

std::string Database::program(const char* name) const {
  static const auto folder = db::find_programs(std::nullopt);
  needs(folder.has_value(), "PostgreSQL is not installed");
  return (*folder / name).string();
}

std::vector<std::string> Database::as_its_user(std::vector<std::string> command) const {
  std::vector<std::string> words{"setpriv", "--pdeathsig", "QUIT"};
  if (geteuid() == 0) { words.insert(words.end(), {"--reuid", "postgres", "--regid", "postgres", "--clear-groups"}); }
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

std::string Database::run(std::vector<std::string> command) const {
  const auto finished = test::run(as_its_user(command), {{"PGCONNECT_TIMEOUT", "10"}});
  needs(finished.code == 0, fmt::format("{} of {}: {}", command.front(), m_name, finished.output));
  return finished.output;
}

void Database::configure(const std::string& text) const { std::ofstream(m_folder / "data" / "postgresql.auto.conf") << text; }

void Database::make() {
  static_cast<void>(run({program("initdb"), "-D", (m_folder / "data").string(), "--username=bizcomms", "--auth=trust", "--encoding=UTF8",
                         "--locale=C.UTF-8", "--no-sync", "--no-instructions"}));
  start();
  test::Postgres::run(url("postgres"), "CREATE DATABASE bizcomms");
}

void Database::copy_from(const Database& other) {
  std::filesystem::remove_all(m_folder / "data");
  static_cast<void>(
      run({program("pg_basebackup"), "-D", (m_folder / "data").string(), "-d", other.url("postgres"), "--checkpoint=fast", "--no-sync"}));
}

// The copy has the other's ALTER SYSTEM settings: a replica that kept synchronous_standby_names would hang once it is promoted.
void Database::follow(int port) {
  configure(fmt::format("primary_conninfo = 'host=127.0.0.1 port={} user=bizcomms application_name={}'\n", port, m_name));
  std::ofstream(m_folder / "data" / "standby.signal") << "";
  const auto user = db::run_as();
  if (user && user->drops) { needs(chown((m_folder / "data" / "standby.signal").c_str(), user->user, user->group) == 0, "chown"); }
}

void Database::start() {
  keep_log();
  std::vector<std::string> command{program("postgres"), "-D", (m_folder / "data").string()};
  const auto words = parameters(m_port);
  command.insert(command.end(), words.begin(), words.end());
  m_server = std::make_unique<test::Process>(as_its_user(command));
  const auto answers = [&] { return ask("SELECT 'yes'") == "yes" || !m_server->running(); };
  needs(test::eventually(answers, 60s) && m_server->running(), m_name + " does not start: " + m_server->output());
}

void Database::stop() {
  m_server->signal(SIGINT);
  needs(m_server->wait(30s).has_value(), m_name + " does not stop");
}

void Database::kill() { test::kill_server(m_server->pid()); }

void Database::promote() { static_cast<void>(run({program("pg_ctl"), "promote", "-w", "-D", (m_folder / "data").string()})); }

void Database::set_synchronous(bool synchronous) {
  test::Postgres::run(url("postgres"), fmt::format("ALTER SYSTEM SET synchronous_standby_names = '{}'", synchronous ? "*" : ""));
  test::Postgres::run(url("postgres"), "SELECT pg_reload_conf()");
}

bool Database::has_replica(bool synchronous) {
  return ask(fmt::format("SELECT count(*)::text FROM pg_stat_replication WHERE state = 'streaming' AND sync_state {} 'async'",
                         synchronous ? "<>" : "=")) == "1";
}

std::string Database::written() {
  return ask("SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END::text");
}

bool Database::has_replayed(const std::string& position) {
  return ask(fmt::format("SELECT (pg_last_wal_replay_lsn() >= '{}')::text", position)) == "true";
}

std::string Database::url(const std::string& database) const {
  return fmt::format("host=127.0.0.1 port={} user=bizcomms dbname={}", m_port, database);
}

std::string Database::ask(const std::string& query, const std::string& database) {
  try {
    return test::Postgres::ask(url(database), query);
  } catch (const std::runtime_error&) { return {}; }
}

void Database::keep_log() {
  if (m_server) { m_log += m_server->output(); }
}

std::string Database::log() const { return m_log + (m_server ? m_server->output() : ""); }

}  // namespace bizcomms::drill
