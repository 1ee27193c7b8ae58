#include "support/postgres.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

#include "bizcomms/store/migrations.hpp"

namespace bizcomms::test {

namespace {

template <class T>
T needed(Result<T> result) {
  if (!result) { throw std::runtime_error(result.error().message + " " + result.error().cause); }
  return std::move(*result);
}

std::filesystem::path temporary_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "bizcomms-postgres-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) { throw std::runtime_error("no temporary folder to be had"); }
  chmod(name.c_str(), 0755);  // the user postgres must get in
  return name;
}

}  // namespace

Postgres::Postgres(std::map<std::string, std::string> parameters) : m_folder(temporary_folder()) {
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

Postgres& Postgres::shared() {
  static Postgres postgres;
  return postgres;
}

void Postgres::run(const std::string& url, const std::string& sql) {
  const auto connection = needed(db::Connection::open({.url = Secret(url), .statement_timeout = Millis{0}}));
  const auto done = connection->script(sql);
  if (!done) { throw std::runtime_error(done.error().message + " " + done.error().cause); }
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
