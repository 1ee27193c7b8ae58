#include "drill/drill.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "support/postgres.hpp"

namespace bizcomms::drill {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t k_first = 0;
constexpr std::size_t k_second = 1;
constexpr auto k_limit = 60s;            // of any one thing
constexpr Millis k_settles_in{120'000};  // all alerts, with all callbacks; at least
constexpr int k_graces_to_settle = 12;

std::string counted(std::int64_t count, const std::string& one) { return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s"); }

// Every alert of a database, a line each: its id, and its text as a phone shows it.
std::map<std::string, std::string> alerts_of(const std::string& url) {
  const auto all = test::Postgres::ask(url, "SELECT string_agg(alert_id::text || ' ' || title || chr(10) || message, chr(1)) FROM alerts");
  std::map<std::string, std::string> alerts;
  for (std::size_t at = 0; at < all.size();) {
    const auto end = std::min(all.find('\1', at), all.size());
    const auto line = all.substr(at, end - at);
    alerts[line.substr(0, line.find(' '))] = line.substr(line.find(' ') + 1);
    at = end + 1;
  }
  return alerts;
}

}  // namespace

Drill::Drill(const Size& size) : m_size(size), m_world(size) {
  m_timeline.say(
      fmt::format("seed {}: {} is active, {} stands by; database {}, {}", size.seed, m_world.site(k_first).name(),
                  m_world.site(k_second).name(), size.synchronous ? "synchronous" : fmt::format("{} ms behind", size.database_lag.count()),
                  size.on_aws ? fmt::format("queues apart, ledger {} ms behind", size.ledger_lag.count()) : "queue and ledger in it"));
}

void Drill::insist(bool holds, const std::string& what) {
  const std::string broken = m_world.replicator() != nullptr ? m_world.replicator()->problem() : "";
  if (holds && broken.empty()) { return; }
  const std::string why = broken.empty() ? what : "the tables do not follow each other any more: " + broken;
  m_timeline.say("FAILED: " + why);
  throw std::runtime_error(why);
}

// Until that cell has accepted so many more alerts. The callers go on.
void Drill::load(std::size_t cell, int alerts) {
  const int before = m_world.callers().accepted_by(cell);
  m_world.callers().go();
  insist(test::eventually([&] { return m_world.callers().accepted_by(cell) >= before + alerts; }, k_limit),
         m_world.site(cell).name() + " does not accept alerts");
}

// The region is gone: its network first, then all of its processes.
void Drill::cut() {
  m_cut = steady_clock::now();
  m_timeline.say(fmt::format("{} is cut off and killed, with {} messages taken and {} accepted", m_world.site(k_first).name(),
                             m_world.phones().taken(), counted(m_world.callers().accepted_by(k_first), "alert")));
  m_world.replication().cut();
  m_world.peer().cut();
  if (m_world.replicator() != nullptr) { m_world.replicator()->set_link(false); }
  m_world.site(k_first).kill();
  m_world.database(k_first).kill();
  if (m_size.on_aws) {
    m_timeline.say(fmt::format("its queue keeps {}, {} of the ledger's changes never crossed over",
                               counted(m_world.events_in_queue(k_first), "event"), m_world.replicator()->waiting()));
  }
}

void Drill::take_over() {
  auto& standby = m_world.site(k_second);
  int silent = 0;
  const auto seems_dead = [&] {
    silent = m_world.site(k_first).role().empty() ? silent + 1 : 0;
    return silent >= 100;  // asked every 5 ms, or slower
  };
  insist(test::eventually(seems_dead, k_limit), "the dead cell still answers");
  const auto taken = m_world.phones().taken();
  const double promoting = m_timeline.say("it has not answered 100 times in a row: the standby's database is promoted");
  m_world.database(k_second).promote();
  const double promoted = m_timeline.say("the database is promoted");
  insist(test::eventually([&] { return standby.role() == "active"; }, k_limit), "the standby does not become active");
  const double active = m_timeline.say(fmt::format("{} is active; the name leads to it", standby.name()));
  m_world.front().lead_to(standby.port());
  insist(test::eventually([&] { return m_world.phones().taken() > taken; }, k_limit), "no message leaves");
  const double sent = m_timeline.say("its first message has left");
  load(k_second, 1);
  const double accepted = m_timeline.seconds_at(*m_world.callers().first_accepted(k_second, m_cut));
  const double cut = m_timeline.seconds_at(m_cut);
  m_timeline.figure_seconds("seconds_to_promotion_order", "seconds from the cut until the promotion was ordered", promoting - cut);
  m_timeline.figure_seconds("seconds_to_promoted", "seconds from the cut until the database was promoted", promoted - cut);
  m_timeline.figure_seconds("seconds_to_active", "seconds from the cut until the standby was active", active - cut);
  m_timeline.figure_seconds("seconds_to_writes", "seconds from the cut until an alert was accepted again", accepted - cut);
  m_timeline.figure_seconds("seconds_to_first_message", "seconds from the cut until its first message had left", sent - cut);
}

// A careful caller asks for what it had accepted, and raises again what is not there.
void Drill::look_for_the_accepted() {
  const auto earliest = m_cut - (m_size.synchronous ? 0ms : m_size.database_lag + 500ms);
  for (const auto& each : m_world.callers().accepted()) {
    ++m_outcome.accepted;
    const auto answer = m_world.site(k_second).call("GET", "/v1/alerts/" + each.id);
    if (answer.status == 200) { continue; }
    insist(answer.status == 404, fmt::format("{} answered {}", each.id, answer.status));
    ++m_outcome.accepted_lost;
    m_outcome.lost_unexplained += each.at < earliest ? 1 : 0;
    m_outcome.raised_again += m_world.callers().raise_again(each, k_second) ? 1 : 0;
  }
  m_timeline.say(fmt::format("{} of {} accepted alerts are not there, {} raised again by their callers", m_outcome.accepted_lost,
                             m_outcome.accepted, m_outcome.raised_again));
}

// Every alert ended, every callback arrived, and the two agree; or what was wrong when the time was over.
Verdict Drill::settled(std::size_t cell, const std::string& step) {
  Verdict verdict;
  const auto done = [&] {
    if (!Books::all_completed(m_world.site(cell)) || !m_world.phones().callbacks_idle()) { return false; }
    verdict = m_world.books().judge(m_world.site(cell), m_world.callers().texts(), m_missing);
    return verdict.unfinished == 0 && verdict.lost == 0 && verdict.wrong == 0 && verdict.behind == 0;
  };
  const bool ended = test::eventually(done, std::max(k_settles_in, m_world.times().grace * k_graces_to_settle));
  if (!ended) { verdict = m_world.books().judge(m_world.site(cell), m_world.callers().texts(), m_missing); }
  for (std::size_t i = 0; !ended && i < verdict.findings.size(); ++i) { m_timeline.say(verdict.findings[i]); }
  m_timeline.say(fmt::format("{}: {} with {} ended, {} unfinished, {} given up, {} lost, {} wrong", step, counted(verdict.alerts, "alert"),
                             counted(verdict.deliveries, "message"), verdict.unfinished, verdict.given_up, verdict.lost, verdict.wrong));
  insist(ended, "not everything ends as it should");
  return verdict;
}

// A worker of the second cell reads the dead one's queue as well: all of it is known, or of alerts that are not there.
void Drill::queue_returns() {
  if (!m_size.on_aws) { return; }
  const int events = m_world.events_in_queue(k_first);
  const auto worker = m_world.site(k_second).start_worker(m_world.queue_of(k_first));
  m_timeline.say(fmt::format("the dead cell's queue is back with {}; a worker of {} reads it", counted(events, "event"),
                             m_world.site(k_second).name()));
  insist(test::eventually([&] { return m_world.events_in_queue(k_first) == 0; }, k_limit), "the old queue is not emptied");
  m_outcome.queue_return = settled(k_second, "the old queue is empty");
  m_timeline.figure("events_returned", "events in the dead cell's queue when it came back", events);
  m_world.site(k_second).keep_log(worker, "work-on-old-queue");
}

// What the old database has and the new one has not. Only now can anybody know.
void Drill::note_missing() {
  const auto kept = alerts_of(m_world.database(k_second).url());
  for (const auto& [id, text] : alerts_of(m_world.database(k_first).url())) {
    if (!kept.contains(id)) { ++m_missing[text]; }
  }
  const auto texts = Books::texts_at(m_world.site(k_second));
  int again = 0;
  int accepted = 0;
  for (const auto& [text, count] : m_missing) {
    again += texts.contains(text) ? 1 : 0;
    for (const auto& each : m_world.callers().accepted()) { accepted += each.post.text == text && each.cell == k_first ? 1 : 0; }
  }
  m_outcome.lost_unexplained += std::max(0, m_outcome.accepted_lost - accepted);
  m_timeline.figure("alerts_not_replicated", "alerts that only the old database has", std::ssize(m_missing));
  m_timeline.figure("alerts_not_replicated_raised_again", "of those: raised again, by their callers or by the poller", again);
}

// The first cell comes back as it was, on its old database, which is writable and names it; it must find out that it is not its turn.
void Drill::region_returns() {
  m_world.database(k_first).start();
  note_missing();
  auto& returned = m_world.site(k_first);
  returned.start();
  m_timeline.say(
      fmt::format("{} is back with its old database, cannot ask the other cell, and says that it is {}", returned.name(), returned.role()));
  tell_status(k_first);
  stand_by(m_size.alerts / 3);
  m_world.peer().lead_to(m_world.site(k_second).port());
  if (m_world.replicator() != nullptr) { m_world.replicator()->set_link(true); }
  m_timeline.say(fmt::format("it can ask, its ledger follows again, and it says that it is {}", returned.role()));
  tell_status(k_first);
  stand_by(m_size.alerts * 2 / 3);
  m_outcome.region_return = settled(k_second, "both cells run");
  m_outcome.returned_attempts = returned.attempts();
  m_timeline.figure("attempts_of_returned", "messages that the returned cell tried to send", m_outcome.returned_attempts);
  m_timeline.figure("writes_of_returned", "writes that the returned cell took", m_outcome.returned_writes);
  if (m_world.replicator() != nullptr) {
    m_timeline.figure("ledger_outwritten", "late changes of its ledger that lost to newer ones", m_world.replicator()->outwritten());
  }
}

// What an operator sees.
void Drill::tell_status(std::size_t cell) {
  const auto told = m_world.site(cell).command({"cell", "status"}).output;
  for (std::size_t at = 0; at < told.size(); at = told.find('\n', at) + 1) {
    m_timeline.say("    " + told.substr(at, told.find('\n', at) - at));
  }
}

// So many alerts are posted meanwhile, each offered to the first cell too.
void Drill::stand_by(int posts) {
  auto& returned = m_world.site(k_first);
  const int before = m_world.callers().accepted_by(k_second);
  m_world.callers().go();
  const auto done = [&] {
    if (returned.role() != "standby") { ++m_outcome.returned_writes; }
    const auto answer = returned.call("POST", "/v1/alerts", R"({"title":"No","message":"Nobody is to get this."})");
    if (answer.status != 503) { ++m_outcome.returned_writes; }
    if (!answer.headers.find("Retry-After")) { ++m_outcome.rude; }
    return m_world.callers().accepted_by(k_second) >= before + posts;
  };
  insist(test::eventually(done, k_limit), "no alerts are accepted any more");
  insist(m_world.callers().pause(), "a post finds no taker");
}

// That cell's database is made anew as a replica of the other's, and its processes stand by on it.
void Drill::rebuild(std::size_t cell, std::size_t from) {
  const double begun = m_timeline.seconds();
  m_world.replication().cut();
  m_world.database(cell).copy_from(m_world.database(from));
  m_world.replication().set_lag(Millis{0});
  m_world.replication().lead_to(m_world.database(from).port());
  m_world.database(cell).follow(m_world.replication().port());
  m_world.database(cell).start();
  insist(test::eventually([&] { return m_world.database(from).has_replica(false); }, k_limit), "the new replica does not follow");
  m_world.site(cell).start();
  insist(test::eventually([&] { return m_world.site(cell).role() == "standby"; }, k_limit), "it does not stand by");
  const double ended =
      m_timeline.say(fmt::format("{} stands by on a new replica of {}", m_world.site(cell).name(), m_world.site(from).name()));
  m_timeline.figure_seconds("seconds_to_rebuild_" + std::to_string(cell),
                            "seconds to make " + m_world.site(cell).name() + " a standby anew", ended - begun);
}

// Planned, under load: nothing is lost, since the second cell ends first, and the first has everything before it begins.
void Drill::swap_back() {
  load(k_second, m_size.alerts / 2);
  const auto begun = steady_clock::now();
  m_timeline.say(fmt::format("{} is told to stop", m_world.site(k_second).name()));
  insist(m_world.site(k_second).stop(), "a role does not drain");
  m_timeline.say("it has drained");
  const auto position = m_world.database(k_second).written();
  insist(test::eventually([&] { return m_world.database(k_first).has_replayed(position); }, k_limit), "the replica stays behind");
  if (m_world.replicator() != nullptr) { insist(m_world.replicator()->settles(k_limit), "the ledger stays behind"); }
  m_world.database(k_second).stop();
  m_world.database(k_first).promote();
  m_timeline.say("database and ledger have all of it; the database is promoted");
  insist(test::eventually([&] { return m_world.site(k_first).role() == "active"; }, k_limit), "the first cell does not become active");
  m_world.front().lead_to(m_world.site(k_first).port());
  const double active = m_timeline.say(fmt::format("{} is active; the name leads to it", m_world.site(k_first).name()));
  load(k_first, m_size.alerts / 2);
  const double accepted = m_timeline.seconds_at(*m_world.callers().first_accepted(k_first, begun));
  const auto last = m_world.callers().last_accepted(k_second, steady_clock::now());
  m_timeline.figure_seconds("seconds_of_swap", "seconds from the order to stop until the first cell was active",
                            active - m_timeline.seconds_at(begun));
  m_timeline.figure_seconds("seconds_without_writes_in_swap", "seconds between the last alert accepted there and the first here",
                            accepted - m_timeline.seconds_at(*last));
}

const Outcome& Drill::run() {
  load(k_first, m_size.alerts);
  cut();
  take_over();
  load(k_second, m_size.alerts / 2);
  insist(m_world.callers().pause(), "a post finds no taker");
  look_for_the_accepted();
  m_outcome.failover = settled(k_second, "all that was accepted has been done");
  m_timeline.figure_seconds("seconds_to_settled", "seconds from the cut until every alert had ended and agreed with Twilio",
                            m_timeline.seconds() - m_timeline.seconds_at(m_cut));
  queue_returns();
  region_returns();
  insist(m_world.site(k_first).stop(), "a role of the returned cell does not stop");
  m_world.database(k_first).stop();
  rebuild(k_first, k_second);
  swap_back();
  insist(m_world.callers().pause(), "a post finds no taker");
  rebuild(k_second, k_first);
  m_outcome.failback = settled(k_first, "the first cell works again");
  tell_figures();
  return m_outcome;
}

// Everything that anybody wanted to send is there in the end, but for what only the dead cell knew. The poller may still be at its last.
void Drill::note_gone() {
  const auto all_there = [&] {
    const auto there = Books::texts_at(m_world.site(k_first));
    m_outcome.posts_gone = m_outcome.stories_gone = 0;
    for (const auto& [text, tag] : m_world.callers().texts()) {
      if (there.contains(text)) { continue; }
      ++(tag == k_story_tag && m_missing.contains(text) ? m_outcome.stories_gone : m_outcome.posts_gone);
    }
    return m_outcome.posts_gone == 0;
  };
  static_cast<void>(test::eventually(all_there));
  m_timeline.figure("stories_gone", "stories lost: their mark had crossed over, their alert had not", m_outcome.stories_gone);
}

void Drill::tell_figures() {
  note_gone();
  m_outcome.rude += m_world.callers().rude();
  const auto& last = m_outcome.failback;
  m_timeline.figure("accepted", "alerts that were accepted", std::ssize(m_world.callers().accepted()));
  m_timeline.figure("posts_refused", "posts answered 503, and made again elsewhere", m_world.callers().refused());
  m_timeline.figure("posts_unanswered", "posts without an answer, and made again elsewhere", m_world.callers().unanswered());
  m_timeline.figure("accepted_lost", "accepted alerts lost in the failover", m_outcome.accepted_lost);
  m_timeline.figure("alerts", "alerts at the end", last.alerts);
  m_timeline.figure("deliveries", "deliveries at the end", last.deliveries);
  m_timeline.figure("messages", "messages that Twilio took", m_world.phones().taken());
  m_timeline.figure("messages_of_lost_alerts", "of those: sent by the dead cell for alerts that were not replicated", last.of_the_missing);
  m_timeline.figure("unfinished", "alerts not completed", last.unfinished);
  m_timeline.figure("messages_given_up", "messages given up and told as failed, since messages of lost alerts hid them", last.given_up);
  m_timeline.figure("messages_lost", "messages lost", last.lost);
  m_timeline.figure("messages_doubled", "messages doubled", last.doubled);
  m_timeline.figure("states_wrong", "states and counts that do not agree with Twilio", last.wrong);
  m_timeline.figure_seconds("seconds", "seconds in all", m_timeline.seconds());
}

void Drill::write_json() const {
  if (!m_size.json_file.empty()) { std::ofstream(m_size.json_file) << m_timeline.json() << "\n"; }
}

}  // namespace bizcomms::drill
