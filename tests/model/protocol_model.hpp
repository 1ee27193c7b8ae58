// The delivery protocol as a state machine that is stepped: workers that crash, freeze and overlap, a provider whose lists lag and whose
// callbacks come late, doubled or never. The rules that it steps are the product's own (judge, outcome_of, next_step, merged) on the ledger
// in memory, which passes the same contract suite as the real one; only what moves messages between them is modelled.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bizcomms/base/ids.hpp"
#include "bizcomms/base/random.hpp"
#include "support/memory/memory_store.hpp"
#include "worker/judgement.hpp"

namespace bizcomms::model {

using namespace std::chrono_literals;

// What the protocol relies on. A test takes one away and sees the duplicate.
struct Rules {
  bool reconciles = true;      // false: an unknown outcome is taken for "not sent"
  bool checks_lease = true;    // false: a request leaves however little is left of its lease
  Millis real_list_lag{5min};  // of the provider; the settings say 5 min
};

// One phone, and as many alerts of the same text to it.
class Model {
public:
  Model(Rules rules, int alerts, std::uint64_t seed);

  void run(int steps);  // anything may happen
  void settle();        // nothing breaks any more, until every delivery has its end

  struct Verdict {
    int messages = 0;  // on the phone
    int alerts = 0;
    int shown_sent = 0;    // deliveries shown as sent or delivered
    int shown_failed = 0;  // given up, with nothing sent
    int shown_open = 0;
    [[nodiscard]] bool doubled() const { return messages > alerts; }
    [[nodiscard]] bool lost() const { return messages + shown_failed < alerts; }
    [[nodiscard]] bool wrong() const { return shown_sent != std::min(messages, alerts) || shown_open > 0; }
  };
  [[nodiscard]] Verdict verdict();
  [[nodiscard]] const std::vector<std::string>& story() const { return m_story; }  // what happened, a line each

private:
  // A request between its begin and the record of its end.
  struct Request {
    enum class At : std::uint8_t { begun, on_the_wire, answered };
    alert::DeliveryId id{};
    alert::AttemptToken token{};
    int attempt = 1;
    At at = At::begun;
    Time lease_ends{};
    Time left_at{};
    Result<alert::ProviderId> answer{Error{}};
  };
  // What a look-up has seen and has not judged yet.
  struct LookUp {
    alert::DueDelivery due{};
    worker::Seen seen{};
  };
  struct Worker {
    std::vector<Request> requests{};
    std::vector<LookUp> look_ups{};
    bool frozen = false;
  };
  // What left a worker, and the provider may take until it has timed out.
  struct OnTheWire {
    alert::DeliveryId id{};
    alert::AttemptToken token{};
    Time left_at{};
  };
  struct Message {
    alert::ProviderId sid{};
    alert::DeliveryId id{};
    alert::AttemptToken token{};
    Time created_at{};
    Time listed_at{};
    int callbacks_left = 3;
  };

  void tell(std::string what);
  [[nodiscard]] Worker& some_worker();
  template <class T>
  [[nodiscard]] T take_some(std::vector<T>& from);

  void step();
  void pass(Millis duration);
  void begin_anew();
  void begin(Worker& worker, const alert::DeliveryId& id, std::optional<alert::AttemptToken> previous);
  void sweep();
  void look_up(Worker& worker, alert::DueDelivery due);
  void judge_one(Worker& worker);
  void leave(Worker& worker);
  void reach_provider();
  void answer(const alert::AttemptToken& token, const Result<alert::ProviderId>& result);
  void time_out();
  void record(Worker& worker);
  void record(const alert::Outcome& outcome);
  void call_back();
  void crash();
  void freeze();

  const Rules m_rules;
  Random m_random;
  alert::DeliverySettings m_settings{};
  ManualClock m_clock;
  IdSource m_ids;
  test::MemoryStore m_store;
  bool m_breaks = true;  // something may fail still
  std::vector<alert::DeliveryId> m_deliveries;
  std::set<alert::DeliveryId> m_started;
  std::vector<Worker> m_workers{2};
  std::vector<OnTheWire> m_wire;
  std::vector<Message> m_messages;
  std::vector<std::string> m_story;
};

}  // namespace bizcomms::model
