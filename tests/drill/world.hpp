// Two cells as a drill finds them: the first is active, the second stands by on a replica of its database; each has a queue and, where
// wanted, a ledger of its own. One Twilio for both, one name that leads to one of them, and callers who know both.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "drill/books.hpp"
#include "drill/callers.hpp"
#include "drill/database.hpp"
#include "drill/line.hpp"
#include "drill/phones.hpp"
#include "drill/replicator.hpp"
#include "drill/site.hpp"
#include "support/aws/cloud.hpp"
#include "support/stories.hpp"
#include "support/times.hpp"

namespace bizcomms::drill {

struct Size {
  std::uint64_t seed = 1;
  bool synchronous = true;  // of the database's replication
  bool on_aws = true;       // queue and ledger in SQS and DynamoDB; otherwise in PostgreSQL
  int people = 24;
  double alerts_per_second = 6;
  int alerts = 15;  // that a cell has accepted before anything happens to it
  double factor = 1.0 / 40;
  Millis database_lag{1'000};  // where it is not synchronous
  Millis ledger_lag{2'000};
  // Where not synchronous: until a delivery that Twilio cannot be asked about is given up, at least. A day is too long to wait for.
  Millis given_up_after{25'000};
  std::string log_folder{};  // what ended processes had said; empty: not kept
  std::string json_file{};   // where figures and timeline go as JSON; empty: nowhere

  // What BIZCOMMS_DRILL_SEED, _PEOPLE, _ALERTS, _PACE, _FACTOR, _DATABASE_LAG_MS, _LEDGER_LAG_MS, _LOGS and _JSON say; otherwise as here.
  [[nodiscard]] Size from_environment() const;
};

// Made on the main thread. Throws where anything cannot be had.
class World {
public:
  explicit World(const Size& size);
  ~World();

  [[nodiscard]] const test::Times& times() const { return m_times; }
  [[nodiscard]] Database& database(std::size_t cell) { return *m_databases.at(cell); }
  [[nodiscard]] Site& site(std::size_t cell) { return *m_sites.at(cell); }
  [[nodiscard]] Line& replication() { return m_replication; }            // what the standby's database follows
  [[nodiscard]] Line& front() { return m_front; }                        // the name that follows the failover
  [[nodiscard]] Line& peer() { return m_peer; }                          // where the first cell asks for the second
  [[nodiscard]] Replicator* replicator() { return m_replicator.get(); }  // none where the ledger is in PostgreSQL
  [[nodiscard]] Phones& phones() { return *m_phones; }
  [[nodiscard]] Callers& callers() { return *m_callers; }
  [[nodiscard]] Books& books() { return *m_books; }

  // That cell's queue, as options of a worker; and the events that lie in it. Of SQS only.
  [[nodiscard]] test::Environment queue_of(std::size_t cell) const;
  [[nodiscard]] int events_in_queue(std::size_t cell) const;

private:
  void make_databases();
  void make_clouds();
  void make_sites();
  void make_people();
  [[nodiscard]] test::Environment options_of(std::size_t cell) const;

  const Size m_size;
  const test::Times m_times;
  Web m_web;
  test::Stories m_stories;
  Line m_replication;
  Line m_front;
  Line m_peer;
  std::array<std::unique_ptr<Database>, 2> m_databases;
  std::array<std::unique_ptr<test::Cloud>, 2> m_clouds;
  std::unique_ptr<Replicator> m_replicator;
  std::unique_ptr<Phones> m_phones;
  std::array<std::unique_ptr<Site>, 2> m_sites;
  std::unique_ptr<Books> m_books;
  std::unique_ptr<Callers> m_callers;
};

}  // namespace bizcomms::drill
