#include "worker/traffic.hpp"

#include <algorithm>
#include <iterator>

#include "bizcomms/base/secret.hpp"

namespace bizcomms::worker {

using alert::Lane;

namespace {

constexpr Millis k_look_again{20};  // while only time is in the way
constexpr Millis k_gathers{5};      // how long outcomes wait for others at most

void append(std::vector<Lanes::GivenUp>& all, std::vector<Lanes::GivenUp> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

Traffic::Traffic(const Settings& settings, std::vector<std::string> senders, Permits& permits, const Clock& clock, const Log& log,
                 Meters& meters)
    : m_settings(settings),
      m_senders(std::move(senders)),
      m_permits(permits),
      m_clock(clock),
      m_log(log),
      m_meters(meters),
      m_breakers(settings.breaker, m_senders.size()),
      m_limit(settings.in_flight_max) {
  m_meters.in_flight_limit.set(settings.in_flight_max);
}

bool Traffic::room(Lane lane) const {
  const std::int64_t rows = m_rows_in_hand[place_of(lane)];
  return rows == 0 || rows + m_settings.batch_size <= m_settings.rows_in_hand_max;
}

bool Traffic::has_room_for_due(Lane lane) const {
  const std::scoped_lock lock(m_mutex);
  return m_due_in_hand[place_of(lane)] < m_settings.due_max;
}

void Traffic::count_in_hand(const Work& work, std::int64_t rows) {
  (work.held ? m_rows_in_hand : m_due_in_hand)[place_of(work.lane)] += rows;
  m_meters.rows_in_hand.set(static_cast<double>(m_rows_in_hand[0] + m_rows_in_hand[1] + m_due_in_hand[0] + m_due_in_hand[1]));
}

bool Traffic::may_send() const {
  const std::scoped_lock lock(m_mutex);
  return !m_closed && m_breakers.may_send(m_clock.steady());
}

bool Traffic::is_probing() const {
  const std::scoped_lock lock(m_mutex);
  return m_breakers.is_open() || m_breakers.senders_stopped() > 0;
}

bool Traffic::wait_for_room(Lane lane, const std::stop_token& stop) {
  std::unique_lock lock(m_mutex);
  m_room_made.wait(lock, stop, [&] { return room(lane); });
  return !stop.stop_requested();
}

bool Traffic::wait_for_turn(Lane lane, const std::stop_token& stop) {
  std::unique_lock lock(m_mutex);
  while (!stop.stop_requested() && !(room(lane) && m_breakers.may_send(m_clock.steady()))) {
    m_room_made.wait_for(lock, stop, k_look_again, [] { return false; });
  }
  return !stop.stop_requested();
}

void Traffic::add(std::shared_ptr<Work> work) {
  const int rows = static_cast<int>(work->rows.size());
  work->open = rows;
  std::unique_lock lock(m_mutex);
  ++m_works_in_hand;
  count_in_hand(*work, rows);
  if (rows == 0) {
    m_finished.put(std::move(work));
    return;
  }
  if (m_closed) {
    lock.unlock();
    work->next = work->rows.size();
    work->give_back_after(Millis{0});
    settle(work, rows);
    return;
  }
  m_lanes.add(std::move(work));
  m_stirred = true;
  m_stirred_up.notify_one();
}

void Traffic::forget(const Work& work) {
  const std::scoped_lock lock(m_mutex);
  --m_works_in_hand;
  count_in_hand(work, -std::ssize(work.rows));
  m_room_made.notify_all();
}

void Traffic::settle(const std::shared_ptr<Work>& work, int rows) {
  if (work->open.fetch_sub(rows) == rows) { m_finished.put(work); }
}

void Traffic::settle_all(const GivenUp& given_up) {
  for (const auto& part : given_up) { settle(part.work, part.rows); }
}

int Traffic::least_group() const { return std::clamp(m_limit.limit() / 4, 1, m_settings.begin_group_max); }

bool Traffic::worth_a_look() const {
  const int waiting = static_cast<int>(m_lanes.waiting());
  return waiting > 0 && m_limit.limit() - m_in_flight >= std::min(least_group(), waiting);
}

Lanes::Verdict Traffic::judge(Work& work, const Row& row, SteadyTime now, std::vector<bool>& refused) {
  if (m_breakers.allowance(row.sender, now) == Breaker::Allowance::none) {
    work.give_back_after(std::max(m_breakers.until_probe(row.sender, now), m_settings.port_backoff.first));
    return Lanes::Verdict::give_up;
  }
  const std::size_t place = row.sender + (row.channel == alert::Channel::sms ? 0 : m_senders.size());
  if (refused[place]) { return Lanes::Verdict::wait; }
  if (!m_permits.take(m_senders[row.sender], row.channel, work.lane, work.segments, now)) {
    refused[place] = true;
    return Lanes::Verdict::wait;
  }
  m_breakers.departed(row.sender, now);
  return Lanes::Verdict::go;
}

// No small groups while most places are taken: each costs a write of its own.
void Traffic::pick_lane(Lane lane, int free, int least, std::vector<Departure>& picked, GivenUp& given_up) {
  const int waiting = static_cast<int>(m_lanes.waiting(lane));
  if (waiting == 0 || free < std::min(least, waiting)) { return; }
  const SteadyTime now = m_clock.steady();
  std::vector<bool> refused(2 * m_senders.size(), false);  // by number, for messages and then for calls
  const auto verdict = [&](Work& work, const Row& row) { return judge(work, row, now, refused); };
  append(given_up, m_lanes.pick(lane, static_cast<std::size_t>(free), verdict, picked));
}

std::vector<Departure> Traffic::pick(bool small_groups_too, GivenUp& given_up) {
  std::vector<Departure> picked;
  const SteadyTime now = m_clock.steady();
  if (m_lanes.waiting() == 0) { return picked; }
  const auto allowance = m_breakers.allowance(now);
  if (allowance == Breaker::Allowance::none) {
    give_up_all(m_breakers.until_probe(now), given_up);
    return picked;
  }
  if (now < m_limit.not_before()) { return picked; }
  const bool is_probe = allowance == Breaker::Allowance::one;
  const int limit = m_limit.limit();
  const int least = is_probe || small_groups_too ? 1 : least_group();
  const int free = std::min({limit - m_in_flight, m_settings.begin_group_max, is_probe ? 1 : limit});
  pick_lane(Lane::urgent, free, least, picked, given_up);
  const int reserved = is_probe ? 0 : limit / 8;  // so that urgent deliveries never wait for a slow standard one's answer
  const int left = std::min(free, limit - m_in_flight - reserved) - static_cast<int>(picked.size());
  pick_lane(Lane::standard, left, least, picked, given_up);
  m_in_flight += static_cast<int>(picked.size());
  m_meters.in_flight.set(m_in_flight);
  return picked;
}

std::vector<Departure> Traffic::wait_for_departures(const std::stop_token& stop) {
  std::unique_lock lock(m_mutex);
  bool small_groups_too = false;  // once larger ones have not come about: most places may be held by answers that take long
  while (!stop.stop_requested()) {
    m_stirred = false;
    GivenUp given_up;
    auto picked = pick(small_groups_too, given_up);
    settle_all(given_up);
    if (!picked.empty()) { return picked; }
    const auto stirred = [&] { return m_stirred; };
    if (m_lanes.waiting() == 0) {
      m_stirred_up.wait(lock, stop, stirred);
    } else {
      small_groups_too = !m_stirred_up.wait_for(lock, stop, k_look_again, stirred);
    }
  }
  return {};
}

void Traffic::not_sent(int rows) {
  const std::scoped_lock lock(m_mutex);
  m_in_flight -= rows;
  if (m_in_flight == 0) { m_room_made.notify_all(); }  // wait_until_empty()
  m_meters.in_flight.set(m_in_flight);
  m_stirred = true;
  m_stirred_up.notify_one();
}

void Traffic::land(std::shared_ptr<Flight> flight) {
  const std::scoped_lock lock(m_mutex);
  if (m_shut) { return; }
  --m_in_flight;
  flight->landed_at = m_clock.steady();
  m_arrivals.push_back(std::move(flight));
  if (m_arrivals.size() == 1 || (m_gathering && gathered())) { m_landed.notify_all(); }
  if (worth_a_look()) {
    m_stirred = true;
    m_stirred_up.notify_one();
  }
}

// A write costs much the same for one outcome and for a hundred: it is put off while more are on their way.
bool Traffic::gathered() const { return m_in_flight == 0 || std::ssize(m_arrivals) >= least_group(); }

std::vector<std::shared_ptr<Flight>> Traffic::wait_for_arrivals(const std::stop_token& stop) {
  std::unique_lock lock(m_mutex);
  m_landed.wait(lock, stop, [&] { return !m_gathering && !m_arrivals.empty(); });
  m_gathering = true;
  m_landed.wait_for(lock, stop, k_gathers, [&] { return gathered(); });
  m_gathering = false;
  std::vector<std::shared_ptr<Flight>> taken;
  if (stop.stop_requested()) { return taken; }
  const auto most = static_cast<std::size_t>(m_settings.record_group_max);
  if (m_arrivals.size() <= most) {
    taken.swap(m_arrivals);
  } else {
    const auto end = m_arrivals.begin() + static_cast<std::ptrdiff_t>(most);
    taken.assign(std::make_move_iterator(m_arrivals.begin()), std::make_move_iterator(end));
    m_arrivals.erase(m_arrivals.begin(), end);
    m_landed.notify_all();
  }
  m_meters.in_flight.set(m_in_flight);
  return taken;
}

void Traffic::learn(const std::vector<std::shared_ptr<Flight>>& flights) {
  std::vector<std::pair<std::vector<BreakerChange>, const Error*>> all_changes;
  GivenUp given_up;
  {
    const std::scoped_lock lock(m_mutex);
    const bool was_open = m_breakers.is_open();
    for (const auto& flight : flights) {
      const Error* error = *flight->answer ? nullptr : &flight->answer->error();
      if (error == nullptr) { m_limit.taken(); }
      if (error != nullptr && error->code == ErrorCode::rate_limited) {
        m_limit.throttled(flight->left_at, m_clock.steady(), error->retry_after);
      }
      auto changes = m_breakers.learn(flight->sender, error, flight->left_at, m_clock.steady());
      if (!changes.empty()) { all_changes.emplace_back(std::move(changes), error); }
    }
    if (m_breakers.is_open() && !was_open) { give_up_all(m_breakers.until_probe(m_clock.steady()), given_up); }
    m_meters.in_flight_limit.set(m_limit.limit());
    m_meters.breaker_open.set(m_breakers.is_open() ? 1 : 0);
    m_meters.senders_stopped.set(m_breakers.senders_stopped());
    m_stirred = true;
    m_stirred_up.notify_one();
    m_room_made.notify_all();
  }
  settle_all(given_up);
  for (const auto& entry : all_changes) { tell(entry.first, entry.second); }
}

void Traffic::tell(const std::vector<BreakerChange>& changes, const Error* why) const {
  for (const BreakerChange& change : changes) {
    const std::string what = change.sender ? masked_number(m_senders[*change.sender]) : "provider";
    if (change.change == Breaker::Change::closed) {
      m_log.info("Sending again", {{"sender", what}});
    } else if (why->code == ErrorCode::misconfigured || why->code == ErrorCode::unauthenticated) {
      m_log.error("The provider refuses our account or settings; sending is stopped, nobody fails because of it", *why, {{"sender", what}});
    } else {
      m_log.warning("The provider is out; nothing is sent until it answers again", *why);
    }
  }
}

void Traffic::give_up_all(Millis delay, GivenUp& given_up) {
  auto all = m_lanes.clear();
  for (const auto& part : all) { part.work->give_back_after(delay); }
  append(given_up, std::move(all));
}

void Traffic::give_up_waiting(Millis delay) {
  GivenUp given_up;
  {
    const std::scoped_lock lock(m_mutex);
    give_up_all(delay, given_up);
  }
  settle_all(given_up);
}

void Traffic::give_up_waiting(const std::shared_ptr<Work>& work) {
  GivenUp given_up;
  {
    const std::scoped_lock lock(m_mutex);
    given_up = m_lanes.clear(*work);
  }
  settle_all(given_up);
}

void Traffic::close() {
  {
    const std::scoped_lock lock(m_mutex);
    m_closed = true;
  }
  give_up_waiting(Millis{0});
}

bool Traffic::wait_until_empty(Millis limit) {
  std::unique_lock lock(m_mutex);
  return m_room_made.wait_for(lock, limit, [&] { return m_works_in_hand == 0 && m_in_flight == 0; });
}

void Traffic::shut() {
  const std::scoped_lock lock(m_mutex);
  m_shut = true;
  m_arrivals.clear();
}

Traffic::Figures Traffic::figures() const {
  const std::scoped_lock lock(m_mutex);
  return {.in_flight = m_in_flight,
          .limit = m_limit.limit(),
          .may_send = m_breakers.may_send(m_clock.steady()),
          .senders_stopped = m_breakers.senders_stopped()};
}

}  // namespace bizcomms::worker
