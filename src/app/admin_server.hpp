// A role's own port for health and metrics.
#pragma once

#include <string>

#include "app/ground.hpp"
#include "bizcomms/api/admin.hpp"
#include "bizcomms/http/server.hpp"

namespace bizcomms::app {

// The address asked for, or the role's usual one.
[[nodiscard]] std::string admin_address(const Settings& settings, Role role);

class AdminServer {
public:
  AdminServer(const std::string& listen, api::Probes probes, Ground& ground);
  [[nodiscard]] Status start() { return m_server.start(); }
  [[nodiscard]] std::string address() const { return m_server.address(); }

private:
  http::Server m_server;
};

}  // namespace bizcomms::app
