#include "app/admin_server.hpp"

namespace bizcomms::app {
namespace {

http::ServerSettings server_settings(const std::string& listen) {
  http::ServerSettings settings;
  settings.name = "admin";
  settings.listen = listen;
  settings.reader_threads = 1;
  settings.writer_threads = 1;
  settings.connections_max = 100;
  return settings;
}

}  // namespace

std::string admin_address(const Settings& settings, Role role) {
  if (!settings.admin_listen.empty()) { return settings.admin_listen; }
  switch (role) {
    case Role::work:
      return "127.0.0.1:9102";
    case Role::poll:
      return "127.0.0.1:9103";
    case Role::simulate:
      return "127.0.0.1:9104";
    default:
      return "127.0.0.1:9101";
  }
}

AdminServer::AdminServer(const std::string& listen, api::Probes probes, Ground& ground)
    : m_server(server_settings(listen), ground.log, ground.metrics, ground.clock) {
  api::mount_admin(m_server, std::move(probes), ground.metrics);
}

}  // namespace bizcomms::app
