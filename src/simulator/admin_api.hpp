// The simulator's own API, for its page and for tests. Thread-safe.
#pragma once

#include <vector>

#include "bizcomms/http/server.hpp"
#include "bizcomms/simulator/simulator.hpp"
#include "simulator/exchange.hpp"

namespace bizcomms::simulator {

class AdminApi {
public:
  AdminApi(const Settings& settings, Exchange& exchange) : m_settings(settings), m_exchange(exchange) {}
  [[nodiscard]] std::vector<http::Route> routes();

  [[nodiscard]] http::Response phones(const http::Request& request) const;
  [[nodiscard]] http::Response phone(const http::Request& request) const;
  [[nodiscard]] http::Response reply(const http::Request& request);
  [[nodiscard]] http::Response press(const http::Request& request);
  [[nodiscard]] http::Response record(const http::Request& request) const;
  [[nodiscard]] http::Response change_token(const http::Request& request);
  [[nodiscard]] http::Response set_faults(const http::Request& request);

private:
  const Settings& m_settings;
  Exchange& m_exchange;
};

// {"error":…,"errors":[{"field":…,"message":…}]}
[[nodiscard]] http::Response admin_error(int status, const std::string& message, const std::vector<FieldError>& fields = {});

}  // namespace bizcomms::simulator
