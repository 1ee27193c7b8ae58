// The delivery protocol as a state machine that is stepped: workers that crash, freeze and overlap, a provider whose lists lag and whose
// callbacks come late, doubled or never, a cell that dies with the last it wrote. The rules that it steps are the product's own (judge,
// outcome_of, next_step, merged) on the ledger in memory, which passes the same contract suite as the real one; only what moves messages
// between them is modelled.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bizcomms/base/ids.hpp"
#include "model/chooser.hpp"
#include "model/provider.hpp"
#include "model/scenario.hpp"
#include "support/memory/memory_store.hpp"
#include "worker/judgement.hpp"

namespace bizcomms::model {

struct Verdict {
  int messages = 0;  // on the phone
  int alerts = 0;
  int shown_sent = 0;    // deliveries shown as sent or delivered
  int shown_failed = 0;  // given up, or failed on the way
  int shown_open = 0;
  bool doubled = false;
  bool lost = false;
  bool wrong = false;  // shown as what it is not, or never settled
  [[nodiscard]] bool is_good() const { return !doubled && !lost && !wrong; }
};

class Model {
public:
  Model(const Scenario& scenario, Chooser& chooser, bool tells = false);

  bool step();    // anything may happen; false when nothing can
  void settle();  // nothing breaks any more, until every delivery has its end

  [[nodiscard]] Verdict verdict() const;
  [[nodiscard]] std::uint64_t fingerprint() const;                                 // equal where the same may follow
  [[nodiscard]] const std::vector<std::string>& story() const { return m_story; }  // what happened, a line each, where it tells

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
    bool outlived = false;  // of a cell that has lost its ledger: what it had begun may still leave
    [[nodiscard]] bool has(Request::At at) const;
  };
  struct Action {
    enum class Kind : std::uint8_t { begin, leave, arrive, record, sweep, judge, call_back, crash, freeze, replicate, take_over, pass };
    Kind kind = Kind::pass;
    std::size_t worker = 0;
    int weight = 1;
  };

  template <class... Values>
  void tell(fmt::format_string<Values...> text, Values&&... values) {
    if (m_tells) { tell_line(fmt::format(text, std::forward<Values>(values)...)); }
  }
  void tell_line(const std::string& what);
  [[nodiscard]] std::vector<Action> possible() const;
  void add_actions_of(std::size_t worker, std::vector<Action>& actions) const;
  void act(const Action& action);

  [[nodiscard]] std::optional<Time> next_moment() const;
  void pass_some();
  void pass_to(Time until);
  void arrive();
  void time_out();
  void call_back();
  [[nodiscard]] bool heeds_failure_of(const Message& message) const;
  void crash(Worker& worker);
  void freeze(Worker& worker);
  void take_over();
  void settle_once();

  // What workers do.
  [[nodiscard]] std::vector<alert::DeliveryId> not_begun() const;
  [[nodiscard]] bool anything_due() const;
  [[nodiscard]] std::size_t place_of(const alert::DeliveryId& id) const;
  [[nodiscard]] int text_of(const alert::DeliveryId& id) const { return m_scenario.texts[place_of(id)]; }
  void begin_one(Worker& worker);
  void begin(Worker& worker, const alert::DeliveryId& id, std::optional<alert::AttemptToken> previous);
  void leave(Worker& worker);
  void record(Worker& worker);
  void record(const alert::Outcome& outcome);
  void sweep(Worker& worker);
  void look_up(Worker& worker, alert::DueDelivery due);
  void judge_one(Worker& worker);
  void absolve(const alert::DeliveryId& id, const alert::AttemptToken& token);

  const Scenario& m_scenario;
  Chooser* m_chooser;
  const bool m_tells;
  Limits m_left;
  alert::DeliverySettings m_settings{};
  ManualClock m_clock;
  IdSource m_ids;
  test::MemoryStore m_store;
  test::MemoryState m_replica;  // what another cell would start from
  Provider m_provider;
  std::vector<alert::DeliveryId> m_deliveries;
  std::vector<Worker> m_workers{2};
  std::vector<std::string> m_story;
};

}  // namespace bizcomms::model
