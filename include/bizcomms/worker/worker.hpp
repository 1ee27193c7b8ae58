// The queue's consumer: takes events, expands alerts into batches, delivers each recipient's message once, retries what was surely not
// taken and looks up what may have been. See ARCHITECTURE.md, "The way of an alert" and "The delivery protocol".
#pragma once

#include <memory>

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/alert/queue.hpp"
#include "bizcomms/alert/sending.hpp"
#include "bizcomms/alert/stores.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/base/tracer.hpp"
#include "bizcomms/worker/permits.hpp"
#include "bizcomms/worker/settings.hpp"

namespace bizcomms::worker {

// All must outlive the worker, except that the sender may answer later than its end.
struct Ports {
  alert::AlertStore& alerts;
  alert::RecipientStore& recipients;
  alert::BatchStore& batches;
  alert::EventQueue& queue;
  alert::DeliveryLedger& ledger;
  alert::Sender& sender;
  alert::SentLookup& lookup;
  Permits& permits;
};

// For readiness and the operator's eye.
struct Condition {
  bool receiving = false;  // started and not draining
  bool database_up = true;
  bool queue_up = true;
  bool provider_up = true;  // no breaker stops all sending
  int senders_stopped = 0;  // numbers stopped because our account or settings were refused
  int in_flight = 0;
  int in_flight_limit = 0;
};

class Worker {
public:
  // `settings` must pass their check().
  Worker(Settings settings, Ports ports, const Log& log, Metrics& metrics, const Clock& clock, Tracer tracer = {});
  // Stops at once, as a crash would: what is in flight stays `sending` in the ledger and is looked up after its lease.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void start();
  // Stops receiving, finishes what is in flight, gives back the rest. True when nothing was left after at most `limit`.
  [[nodiscard]] bool drain(Millis limit);
  [[nodiscard]] Condition condition() const;  // thread-safe

private:
  struct Hidden;
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms::worker
