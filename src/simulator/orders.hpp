// What a caller asks of Twilio, read and checked. Source: Twilio docs "Messages resource", "Call resource", "Test credentials".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bizcomms/base/time.hpp"
#include "bizcomms/http/message.hpp"
#include "bizcomms/simulator/simulator.hpp"
#include "simulator/call.hpp"
#include "simulator/twilio_error.hpp"

namespace bizcomms::simulator {

struct MessageOrder {
  std::uint64_t phone = 0;
  std::string from;  // empty: the service chooses
  std::string service;
  std::string body;
  std::string status_callback;  // empty: none
  std::optional<Time> send_at;
};

struct CallOrder {
  std::uint64_t phone = 0;
  std::string from;
  std::string twiml;  // or
  Endpoint document;
  Endpoint report;
  std::vector<std::string> events;
};

// Nothing: the order is good.
[[nodiscard]] std::optional<Refusal> read_order(const http::Parameters& form, const Settings& settings, bool test_credentials,
                                                MessageOrder& order);
[[nodiscard]] std::optional<Refusal> read_order(const http::Parameters& form, const Settings& settings, bool test_credentials,
                                                CallOrder& order);

}  // namespace bizcomms::simulator
