// One of two PostgreSQL servers of which one may follow the other, with PostgreSQL's own programs: as an operator would do it, on
// loopback, without the disk's durability (processes are killed here, never the machine).
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "bizcomms/base/time.hpp"
#include "support/process.hpp"

namespace bizcomms::drill {

// Every call throws where PostgreSQL refuses, and returns once the server is as it says. For the main thread only: the servers end with it.
class Database {
public:
  explicit Database(std::string name);
  ~Database();  // kills the server and removes its folder
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void make();                            // an empty one of its own
  void copy_from(const Database& other);  // pg_basebackup; what was here is gone. Start it with follow() before.
  void follow(int port);                  // as a replica of what that port leads to
  void start();
  void stop();
  void kill();     // SIGKILL to all of its processes
  void promote();  // pg_ctl promote

  // Commits wait until a replica has written them down; or they do not.
  void set_synchronous(bool synchronous);
  [[nodiscard]] bool has_replica(bool synchronous);  // one that has caught up
  [[nodiscard]] std::string written();               // how far its log goes: of a replica, what it has received and replayed
  [[nodiscard]] bool has_replayed(const std::string& position);

  [[nodiscard]] const std::string& name() const { return m_name; }
  [[nodiscard]] int port() const { return m_port; }
  [[nodiscard]] std::string url(const std::string& database = "bizcomms") const;
  [[nodiscard]] std::string ask(const std::string& query, const std::string& database = "postgres");  // empty where it does not answer
  [[nodiscard]] std::string log() const;                                                              // of all its starts

private:
  [[nodiscard]] std::string run(std::vector<std::string> command) const;
  [[nodiscard]] std::vector<std::string> as_its_user(std::vector<std::string> command) const;
  [[nodiscard]] std::string program(const char* name) const;
  void configure(const std::string& text) const;
  void keep_log();

  const std::string m_name;
  const int m_port;
  std::filesystem::path m_folder;
  std::unique_ptr<test::Process> m_server;
  std::string m_log;
};

}  // namespace bizcomms::drill
