// LISTEN on a connection of its own, which is opened again after a loss. Not thread-safe: for one loop.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "bizcomms/base/log.hpp"
#include "bizcomms/db/connection.hpp"

namespace bizcomms::db {

class Listener {
public:
  // Channels are plain identifiers.
  Listener(ConnectionSettings settings, std::vector<std::string> channels, const Log& log);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // The channels notified, as soon as there is one; empty after `wait` or a stop. Every channel when the connection was opened anew, since
  // what was notified meanwhile is lost. While the database is away it waits, too: at most a second at a time.
  std::vector<std::string> wait(Millis wait, const std::stop_token& stop);

private:
  Status connect();

  const ConnectionSettings m_settings;
  const std::vector<std::string> m_channels;
  const Log m_log;
  std::unique_ptr<Connection> m_connection;
  int m_wake;  // an eventfd: a stop ends the wait
};

}  // namespace bizcomms::db
