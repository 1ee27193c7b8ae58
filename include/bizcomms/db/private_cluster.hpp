// A PostgreSQL server of our own in a data folder: for `bizcomms dev` and for tests. It listens on a Unix socket inside the folder and on
// no port. Started by root it runs as the user postgres. Every error is one sentence that says what to do.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "bizcomms/base/result.hpp"

namespace bizcomms::db {

struct ClusterSettings {
  std::filesystem::path folder{};                    // made when it is not there; holds postgres/, socket/, postgres.log, lock
  std::map<std::string, std::string> parameters{};   // on top of ours: {"fsync", "off"}
  std::function<void(std::string_view)> progress{};  // "Making a database cluster", …; may be empty
};

// Not thread-safe. The thread that starts it must live as long: the server is told to stop when that thread ends, so that a killed program
// leaves no server behind.
class PrivateCluster {
public:
  // Makes the cluster if the folder is empty, and starts it. A server left behind in the folder is stopped first; one that another running
  // program holds is `conflict`. Others: `misconfigured`.
  [[nodiscard]] static Result<std::unique_ptr<PrivateCluster>> start(ClusterSettings settings);
  ~PrivateCluster();  // stops it
  PrivateCluster(const PrivateCluster&) = delete;
  PrivateCluster& operator=(const PrivateCluster&) = delete;

  void stop();       // ends every session, writes all out: seconds at most
  void kill();       // as a crash would, for tests
  Status restart();  // after either

  [[nodiscard]] bool running();
  // A connection string, without a secret. The cluster has one database to begin with: "bizcomms".
  [[nodiscard]] std::string url(const std::string& database = "bizcomms") const;

  // The user that the server runs as when we are root.
  static constexpr const char* k_user = "postgres";

private:
  struct Hidden;
  explicit PrivateCluster(std::unique_ptr<Hidden> hidden);
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms::db
