// Everything that BizComms keeps in PostgreSQL, behind the ports of the alert module. Calls that come at the same time share statements
// and commits: they gather while the ones before them are at the database, and nobody waits for a group to fill.
// The pool's connections are to be set up with session_settings() (migrations.hpp), and the schema to be up to date.
//
// Beside what the ports say, a writing call answers `outcome_unknown` when the connection is lost while its statement runs. Each may be
// repeated as it is.
#pragma once

#include <functional>
#include <memory>

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/alert/queue.hpp"
#include "bizcomms/alert/rates.hpp"
#include "bizcomms/alert/remote_ledger.hpp"
#include "bizcomms/alert/stores.hpp"
#include "bizcomms/alert/stories.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/db/pool.hpp"

namespace bizcomms::store {

struct Settings {
  int committers = 1;                            // groups of new alerts on their way at the same time: with two each is half as large
  int readers = 1;                               // groups of alerts being read
  int mergers = 1;                               // groups of reports: two would wait for each other where a large alert is under way
  int group_max = 200;                           // in one statement
  Millis estimate_age{std::chrono::seconds{1}};  // equal filters share one count for so long
  std::int64_t estimate_exact_max = 10'000;      // above it an estimate is given
  Millis queue_poll{std::chrono::seconds{1}};    // looked at so often, beside being woken
  alert::QueueSettings queue{};
};

// A ledger that is kept elsewhere; it stands on the ground given, which outlives it.
using MakeRemoteLedger = std::function<std::unique_ptr<alert::RemoteLedger>(alert::LedgerGround& ground)>;

// Thread-safe, as every port is. The pool needs room for the groups, for callers that list, and two more for the relay: 16 is enough.
class Store {
public:
  // Deliveries are kept here, unless a ledger is made for them: then there are none in the database, and ledger() is that one.
  Store(db::Pool& pool, const Settings& settings, const Log& log, Metrics& metrics, const Clock& clock,
        const MakeRemoteLedger& make_ledger = {});
  ~Store();  // no call may be running
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  [[nodiscard]] alert::AlertStore& alerts();
  [[nodiscard]] alert::RecipientStore& recipients();
  [[nodiscard]] alert::BatchStore& batches();
  [[nodiscard]] alert::DeliveryLedger& ledger();
  [[nodiscard]] alert::LedgerGround& ledger_ground();
  [[nodiscard]] alert::Outbox& outbox();
  [[nodiscard]] alert::EventQueue& queue();
  [[nodiscard]] alert::SeenStories& stories();
  [[nodiscard]] alert::SenderRates& rates();

private:
  struct Hidden;
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms::store
