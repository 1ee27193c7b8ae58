// Begins what may leave, in groups, and hands it to the sender. One thread.
#pragma once

#include <stop_token>
#include <vector>

#include "bizcomms/base/ids.hpp"
#include "worker/context.hpp"

namespace bizcomms::worker {

class Dispatcher {
public:
  explicit Dispatcher(const Context& context);
  void run(const std::stop_token& stop);

private:
  void begin(std::vector<Departure> departures);
  [[nodiscard]] alert::Intent intent_of(const Departure& departure);
  [[nodiscard]] Result<std::vector<alert::BeginAnswer>> write(const std::vector<alert::Intent>& intents);
  void begin_failed(std::vector<Departure> departures, const Error& error);
  void skip(const Departure& departure, alert::BeginVerdict verdict);
  void send(const Departure& departure, const alert::Intent& intent, alert::BeginAnswer answer, SteadyTime lease_ends);
  [[nodiscard]] std::uint16_t sender_of(const Row& row, const std::string& stored) const;

  const Context& m_context;
  const std::vector<std::string>& m_senders;
  IdSource m_tokens;
};

}  // namespace bizcomms::worker
