#include "bizcomms/store/store.hpp"

#include "store/ledger.hpp"
#include "store/ledger_ground.hpp"
#include "store/outbox.hpp"
#include "store/queue.hpp"
#include "store/recipient_store.hpp"
#include "store/remote_alert_store.hpp"
#include "store/remote_batch_store.hpp"
#include "store/sender_rates.hpp"

namespace bizcomms::store {

struct Store::Hidden {
  Hidden(db::Pool& pool, const Settings& settings, const Log& log, Metrics& metrics, const Clock& clock,
         const MakeRemoteLedger& make_ledger)
      : ground(pool),
        remote_ledger(make_ledger ? make_ledger(ground) : nullptr),
        recipients(pool),
        ledger(pool, settings),
        outbox(pool, bell),
        queue(pool, settings, log),
        stories(pool),
        rates(pool) {
    if (remote_ledger) {
      alerts = std::make_unique<RemoteAlertStore>(pool, settings, bell, metrics, clock, *remote_ledger);
      batches = std::make_unique<RemoteBatchStore>(pool, bell, ground, *remote_ledger);
    } else {
      alerts = std::make_unique<PostgresAlertStore>(pool, settings, bell, metrics, clock);
      batches = std::make_unique<PostgresBatchStore>(pool, bell);
    }
  }

  Bell bell;
  PostgresLedgerGround ground;
  std::unique_ptr<alert::RemoteLedger> remote_ledger;  // none: deliveries are kept here
  std::unique_ptr<PostgresAlertStore> alerts;
  PostgresRecipientStore recipients;
  std::unique_ptr<PostgresBatchStore> batches;
  PostgresLedger ledger;
  PostgresOutbox outbox;
  PostgresQueue queue;
  PostgresSeen stories;
  PostgresSenderRates rates;
};

Store::Store(db::Pool& pool, const Settings& settings, const Log& log, Metrics& metrics, const Clock& clock,
             const MakeRemoteLedger& make_ledger)
    : m_hidden(std::make_unique<Hidden>(pool, settings, log, metrics, clock, make_ledger)) {}
Store::~Store() = default;

alert::AlertStore& Store::alerts() { return *m_hidden->alerts; }
alert::RecipientStore& Store::recipients() { return m_hidden->recipients; }
alert::BatchStore& Store::batches() { return *m_hidden->batches; }
alert::DeliveryLedger& Store::ledger() {
  if (m_hidden->remote_ledger) { return *m_hidden->remote_ledger; }
  return m_hidden->ledger;
}
alert::LedgerGround& Store::ledger_ground() { return m_hidden->ground; }
alert::Outbox& Store::outbox() { return m_hidden->outbox; }
alert::EventQueue& Store::queue() { return m_hidden->queue; }
alert::SeenStories& Store::stories() { return m_hidden->stories; }
alert::SenderRates& Store::rates() { return m_hidden->rates; }

}  // namespace bizcomms::store
