// A PostgreSQL cluster of a test's own, in a scratch folder that goes with it. Durability is off: tests kill the server only to see clients
// lose it, and what it had on disk is still in the page cache.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "bizcomms/db/private_cluster.hpp"

namespace bizcomms::test {

// Throws where there is no PostgreSQL: a test that cannot run must not look green.
class Postgres {
public:
  explicit Postgres(std::map<std::string, std::string> parameters = {});
  ~Postgres();
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;

  [[nodiscard]] std::string url(const std::string& database = "bizcomms") const { return m_cluster->url(database); }
  void stop() { m_cluster->stop(); }
  void kill() { m_cluster->kill(); }
  void start();  // after either
  // A fresh, empty database beside the first; its connection string.
  [[nodiscard]] std::string make_database();

private:
  std::filesystem::path m_folder;
  std::unique_ptr<db::PrivateCluster> m_cluster;
  int m_databases = 0;
};

}  // namespace bizcomms::test
