// Twilio's REST API over an Exchange: authentication, faults, routes. Handlers never block and are thread-safe.
#pragma once

#include <string>
#include <vector>

#include "bizcomms/base/metrics.hpp"
#include "bizcomms/http/server.hpp"
#include "bizcomms/simulator/simulator.hpp"
#include "simulator/exchange.hpp"

namespace bizcomms::simulator {

class TwilioApi {
public:
  TwilioApi(const Settings& settings, Exchange& exchange, Metrics& metrics);
  [[nodiscard]] std::vector<http::Route> routes();

  [[nodiscard]] http::Response create_message(const http::Request& request);
  [[nodiscard]] http::Response create_call(const http::Request& request);
  [[nodiscard]] http::Response list(const http::Request& request, bool calls);
  // GET, POST and DELETE of one message or call.
  [[nodiscard]] http::Response one(const http::Request& request, bool call);

private:
  // Nothing: the caller is who the path says.
  [[nodiscard]] std::optional<Refusal> refuse_caller(const http::Request& request) const;
  template <class Order>
  [[nodiscard]] http::Response create(const http::Request& request, std::string_view kind);
  template <class Work>
  [[nodiscard]] http::Response read(const http::Request& request, const std::string& identity, const Work& work);
  [[nodiscard]] http::Response ended(http::Response response, const Verdict& verdict, bool taken);

  const Settings& m_settings;
  Exchange& m_exchange;
  Counter& m_accepted;
  Counter& m_refused;
  Counter& m_faulty;
};

}  // namespace bizcomms::simulator
