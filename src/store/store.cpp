#include "bizcomms/store/store.hpp"

#include "store/alert_store.hpp"
#include "store/batch_store.hpp"
#include "store/ledger.hpp"
#include "store/outbox.hpp"
#include "store/queue.hpp"
#include "store/recipient_store.hpp"
#include "store/sender_rates.hpp"

namespace bizcomms::store {

struct Store::Hidden {
  Hidden(db::Pool& pool, const Settings& settings, const Log& log, Metrics& metrics, const Clock& clock)
      : alerts(pool, settings, bell, metrics, clock),
        recipients(pool),
        batches(pool, bell),
        ledger(pool, settings),
        outbox(pool, bell),
        queue(pool, settings, log),
        stories(pool),
        rates(pool) {}

  Bell bell;
  PostgresAlertStore alerts;
  PostgresRecipientStore recipients;
  PostgresBatchStore batches;
  PostgresLedger ledger;
  PostgresOutbox outbox;
  PostgresQueue queue;
  PostgresSeen stories;
  PostgresSenderRates rates;
};

Store::Store(db::Pool& pool, const Settings& settings, const Log& log, Metrics& metrics, const Clock& clock)
    : m_hidden(std::make_unique<Hidden>(pool, settings, log, metrics, clock)) {}
Store::~Store() = default;

alert::AlertStore& Store::alerts() { return m_hidden->alerts; }
alert::RecipientStore& Store::recipients() { return m_hidden->recipients; }
alert::BatchStore& Store::batches() { return m_hidden->batches; }
alert::DeliveryLedger& Store::ledger() { return m_hidden->ledger; }
alert::Outbox& Store::outbox() { return m_hidden->outbox; }
alert::EventQueue& Store::queue() { return m_hidden->queue; }
alert::SeenStories& Store::stories() { return m_hidden->stories; }
alert::SenderRates& Store::rates() { return m_hidden->rates; }

}  // namespace bizcomms::store
