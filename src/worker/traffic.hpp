// Where the worker's threads meet: rows that wait to leave, places in flight, answers that landed. Decides what leaves when: urgent before
// standard, within the limit of requests in flight, the breakers and the senders' permits.
#pragma once

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/worker/permits.hpp"
#include "bizcomms/worker/settings.hpp"
#include "worker/breakers.hpp"
#include "worker/in_flight_limit.hpp"
#include "worker/lanes.hpp"
#include "worker/mailbox.hpp"
#include "worker/meters.hpp"
#include "worker/work.hpp"

namespace bizcomms::worker {

using Finished = Mailbox<std::shared_ptr<Work>>;

// Thread-safe. Flights keep it alive, for an engine may answer after the worker's end.
class Traffic {
public:
  Traffic(const Settings& settings, std::vector<std::string> senders, Permits& permits, const Clock& clock, const Log& log, Meters& meters);

  // For receivers. Both false when a stop was asked for.
  [[nodiscard]] bool wait_for_room(alert::Lane lane, const std::stop_token& stop);  // the lane may take one more batch
  [[nodiscard]] bool wait_for_turn(alert::Lane lane, const std::stop_token& stop);  // and something may be sent
  // Due rows have room of their own: they do not wait for a lane full of new ones.
  [[nodiscard]] bool has_room_for_due(alert::Lane lane) const;
  [[nodiscard]] bool may_send() const;
  [[nodiscard]] bool is_probing() const;  // the provider or a sender is out: single requests leave, if any
  void add(std::shared_ptr<Work> work);
  void forget(const Work& work);  // it is finished: room for more

  // For the dispatcher. Each row has a place in flight, which ends with land() or not_sent(). Empty when a stop was asked for.
  [[nodiscard]] std::vector<Departure> wait_for_departures(const std::stop_token& stop);
  void not_sent(int rows);

  // For the engine.
  void land(std::shared_ptr<Flight> flight);

  // For the recorders. Empty only when a stop was asked for.
  [[nodiscard]] std::vector<std::shared_ptr<Flight>> wait_for_arrivals(const std::stop_token& stop);
  void learn(const std::vector<std::shared_ptr<Flight>>& flights);  // about the provider's health

  // So many of the work's rows need nothing more; at the last it is finished.
  void settle(const std::shared_ptr<Work>& work, int rows);
  [[nodiscard]] Finished& finished() { return m_finished; }

  void give_up_waiting(Millis delay);                       // all rows that wait; their messages are given back
  void give_up_waiting(const std::shared_ptr<Work>& work);  // of that work
  void close();                                             // nothing leaves any more
  [[nodiscard]] bool wait_until_empty(Millis limit);        // nothing in hand
  void shut();                                              // later answers are dropped

  struct Figures {
    int in_flight = 0;
    int limit = 0;
    bool may_send = true;
    int senders_stopped = 0;
  };
  [[nodiscard]] Figures figures() const;

private:
  // All below but settle_all and tell: the mutex is held.
  using GivenUp = std::vector<Lanes::GivenUp>;
  [[nodiscard]] bool room(alert::Lane lane) const;
  void count_in_hand(const Work& work, std::int64_t rows);
  [[nodiscard]] bool worth_a_look() const;
  [[nodiscard]] int least_group() const;
  [[nodiscard]] bool gathered() const;
  [[nodiscard]] std::vector<Departure> pick(bool small_groups_too, GivenUp& given_up);
  void pick_lane(alert::Lane lane, int free, int least, std::vector<Departure>& picked, GivenUp& given_up);
  [[nodiscard]] Lanes::Verdict judge(Work& work, const Row& row, SteadyTime now, std::vector<bool>& refused);
  void give_up_all(Millis delay, GivenUp& given_up);

  void settle_all(const GivenUp& given_up);
  void tell(const std::vector<BreakerChange>& changes, const Error* why) const;

  const Settings m_settings;
  const std::vector<std::string> m_senders;
  Permits& m_permits;
  const Clock& m_clock;
  const Log m_log;
  Meters& m_meters;
  Finished m_finished;

  mutable std::mutex m_mutex;  // guards all below
  std::condition_variable_any m_room_made;
  std::condition_variable_any m_stirred_up;
  std::condition_variable_any m_landed;
  Lanes m_lanes;
  Breakers m_breakers;
  InFlightLimit m_limit;
  std::array<std::int64_t, 2> m_rows_in_hand{};  // of messages
  std::array<std::int64_t, 2> m_due_in_hand{};   // rows that came due
  std::int64_t m_works_in_hand = 0;
  int m_in_flight = 0;
  std::vector<std::shared_ptr<Flight>> m_arrivals;
  bool m_gathering = false;  // a recorder waits for a group
  bool m_stirred = false;
  bool m_closed = false;
  bool m_shut = false;
};

}  // namespace bizcomms::worker
