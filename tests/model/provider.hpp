// The provider, and the way to it: takes requests, loses some, lists what it took with a lag, and calls back late, doubled or never.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bizcomms/alert/sending.hpp"
#include "model/chooser.hpp"
#include "model/scenario.hpp"

namespace bizcomms::model {

// What left a worker, and the provider may take until it has timed out.
struct OnTheWire {
  alert::DeliveryId id{};
  alert::AttemptToken token{};
  int text = 0;
  Time left_at{};
};

struct ProviderAnswer {
  alert::AttemptToken token{};
  Result<alert::ProviderId> result{Error{}};
};

struct Message {
  alert::ProviderId sid{};
  alert::DeliveryId id{};
  alert::AttemptToken token{};
  int text = 0;
  Time created_at{};
  Time listed_at{};
  int callbacks_left = 0;
  bool fails = false;
  bool failure_known = false;  // the ledger was told
};

class Provider {
public:
  Provider(const Scenario& scenario, const Clock& clock) : m_scenario(scenario), m_clock(clock), m_faults_left(scenario.limits.faults) {}

  void put_on_wire(const OnTheWire& request) { m_wire.push_back(request); }
  [[nodiscard]] const std::vector<OnTheWire>& wire() const { return m_wire; }
  // The first request on the wire: taken and answered; taken and the answer lost; refused for now; lost on its way.
  std::optional<ProviderAnswer> arrive(Chooser& chooser);

  // What the lists hold, created so late.
  [[nodiscard]] std::vector<alert::Candidate> listed(int text, Time since) const;

  [[nodiscard]] bool may_call_back() const;
  // Whose news it is, and the news; nothing when it is lost.
  std::optional<alert::Report> call_back(Chooser& chooser, Message*& message);

  // The ledger that was told of them is gone.
  void forget_told_failures();
  void stop_faults() { m_faults_left = 0; }
  [[nodiscard]] int faults_left() const { return m_faults_left; }
  [[nodiscard]] const std::vector<Message>& messages() const { return m_messages; }

private:
  const Scenario& m_scenario;
  const Clock& m_clock;
  int m_faults_left;
  std::vector<OnTheWire> m_wire;
  std::vector<Message> m_messages;
};

}  // namespace bizcomms::model
