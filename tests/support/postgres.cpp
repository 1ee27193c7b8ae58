#include "support/postgres.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

#include "bizcomms/db/connection.hpp"

namespace bizcomms::test {
namespace {

// Short, since a Unix socket's path may have 107 bytes, and reachable by the user that the server runs as.
std::filesystem::path scratch_folder() {
  std::string name = "/var/tmp/bizcomms-test-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) { throw std::runtime_error("no scratch folder in /var/tmp"); }
  std::filesystem::permissions(name, std::filesystem::perms(0755));
  return name;
}

}  // namespace

Postgres::Postgres(std::map<std::string, std::string> parameters) : m_folder(scratch_folder()) {
  parameters.insert({{"fsync", "off"}, {"full_page_writes", "off"}, {"max_connections", "200"}});
  auto started = db::PrivateCluster::start({.folder = m_folder / "data", .parameters = std::move(parameters)});
  if (!started) {
    std::filesystem::remove_all(m_folder);
    throw std::runtime_error(started.error().message + " " + started.error().cause);
  }
  m_cluster = *std::move(started);
}

Postgres::~Postgres() {
  m_cluster.reset();
  std::error_code ignored;
  std::filesystem::remove_all(m_folder, ignored);
}

void Postgres::start() {
  if (const auto started = m_cluster->restart(); !started) { throw std::runtime_error(started.error().message); }
}

std::string Postgres::make_database() {
  const auto name = "bizcomms_" + std::to_string(++m_databases);
  auto connection = db::Connection::open({.url = Secret(url())});
  if (!connection) { throw std::runtime_error(connection.error().message); }
  if (const auto made = (*connection)->script("CREATE DATABASE " + name); !made) { throw std::runtime_error(made.error().message); }
  return url(name);
}

}  // namespace bizcomms::test
