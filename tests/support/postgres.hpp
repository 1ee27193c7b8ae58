// A PostgreSQL server for tests: in a temporary folder, without durability, gone with the object. Needs Debian's postgresql-15.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/db/pool.hpp"
#include "bizcomms/db/private_cluster.hpp"

namespace bizcomms::test {

// Throws where the server cannot be had: a test that needs one has failed then.
class Postgres {
public:
  // `volume`: where its folder is made; the system's temporary folder unless given.
  explicit Postgres(std::map<std::string, std::string> parameters = {}, const std::filesystem::path& volume = {});
  ~Postgres();
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;

  // The one that all tests of this program share, started at the first use and stopped at the end.
  static Postgres& shared();

  // A new database with the present schema, as a connection string; and one without any tables.
  [[nodiscard]] std::string fresh_database();
  [[nodiscard]] std::string empty_database();
  [[nodiscard]] db::PrivateCluster& cluster() { return *m_cluster; }
  void kill_all();                        // SIGKILL to each of its processes
  [[nodiscard]] std::string log() const;  // since its last start
  // Runs statements on that database.
  static void run(const std::string& url, const std::string& sql);
  // The first value of a query that gives a text; empty where it gives none.
  [[nodiscard]] static std::string ask(const std::string& url, const std::string& query);

private:
  std::string create_database(const std::string& how);

  std::filesystem::path m_folder;
  std::unique_ptr<db::PrivateCluster> m_cluster;
  bool m_has_template = false;
  int m_databases = 0;
};

// SIGKILL to a server and each of its processes; throws where they do not end.
void kill_server(pid_t server);

// How the store's pool is set up, as the product does it.
[[nodiscard]] db::PoolSettings pool_settings(const std::string& url, int size = 16);

}  // namespace bizcomms::test
