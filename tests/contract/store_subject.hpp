// What the contract suites of the stores and of the ledger run on: a fresh, empty implementation, and the words that the tests share.
// An implementation joins by one INSTANTIATE_TEST_SUITE_P for each suite below, with a StoreSubjectMaker.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/alert/queue.hpp"
#include "bizcomms/alert/stores.hpp"

namespace bizcomms::contract {

class StoreSubject {
public:
  virtual ~StoreSubject() = default;
  virtual alert::AlertStore& alerts() = 0;
  virtual alert::RecipientStore& recipients() = 0;
  virtual alert::BatchStore& batches() = 0;
  virtual alert::Outbox& outbox() = 0;
  virtual alert::DeliveryLedger& ledger() = 0;
  // The implementation's time, and that it goes by: a manual clock is moved; a database's is waited for.
  [[nodiscard]] virtual const Clock& clock() const = 0;
  virtual void pass(Millis time) = 0;
  // Another cell takes over.
  virtual void take_over() = 0;
};

struct StoreSubjectMaker {
  std::string name;
  std::function<std::unique_ptr<StoreSubject>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const StoreSubjectMaker& maker) { return out << maker.name; }

class StoreContract : public testing::TestWithParam<StoreSubjectMaker> {
protected:
  StoreContract();

  alert::AlertStore& alerts() { return m_subject->alerts(); }
  alert::RecipientStore& recipients() { return m_subject->recipients(); }
  alert::BatchStore& batches() { return m_subject->batches(); }
  alert::Outbox& outbox() { return m_subject->outbox(); }
  alert::DeliveryLedger& ledger() { return m_subject->ledger(); }
  void pass(Millis time) { m_subject->pass(time); }
  [[nodiscard]] Time now() const { return m_subject->clock().now(); }
  void take_over() { m_subject->take_over(); }
  StoreSubject& subject() { return *m_subject; }

  // Ids rise in the order asked for.
  alert::AlertId alert_id() { return m_ids.next<alert::AlertId>(); }
  alert::RecipientId recipient_id() { return m_ids.next<alert::RecipientId>(); }
  alert::AttemptToken token() { return {m_ids.next_uuid()}; }

  static alert::AlertDraft draft(std::vector<std::string> tags = {});
  alert::RecipientDraft person(std::vector<std::string> tags = {});  // each with a number of their own
  alert::Recipient add_person(std::vector<std::string> tags = {});
  alert::Alert add_alert(const alert::AlertDraft& content = draft());
  std::vector<alert::Event> relayed();  // all events that the outbox holds, taken out

  // An alert that is being sent to that many new people.
  struct Scene {
    alert::AlertId alert;
    std::vector<alert::RecipientId> people;
  };
  Scene sending(int people, alert::DeliveryMethod method = alert::DeliveryMethod::sms, int batch_size = 500);
  // By SMS, in batch 1.
  static alert::DeliveryId delivery_id(const Scene& scene, std::size_t person = 0, std::int32_t batch = 1);

  alert::Intent intent(const alert::DeliveryId& id, Millis lease = std::chrono::seconds{60});
  alert::Intent again(const alert::DeliveryId& id, const alert::AttemptToken& previous);
  alert::BeginAnswer begin(const alert::Intent& intent);
  alert::RecordVerdict record(const alert::Outcome& outcome);
  bool merge(const alert::Report& report);
  static alert::Outcome sent(const alert::Intent& intent, const std::string& sid);
  static alert::Outcome found(const alert::Intent& intent, const std::string& sid);  // sent, by the provider's lists
  static alert::Outcome ended(const alert::Intent& intent, alert::Outcome::Kind kind, Millis due_in = Millis{0});
  alert::Report report(const alert::Intent& intent, const std::string& sid, alert::ReportKind kind, int rank);

  // The row, which must be there; what a caller sees of it; the alert's figures.
  alert::Delivery row(const alert::DeliveryId& id);
  bool has_row(const alert::DeliveryId& id);
  alert::VisibleDelivery seen(const alert::DeliveryId& id);
  alert::AlertCounts counts(alert::AlertId id);
  alert::AlertStatus status(alert::AlertId id);
  bool recount(alert::AlertId id, std::int32_t batch = 1);
  // Begins and records as sent, under a SID that holds the recipient's number in the batch.
  void send_all(const Scene& scene, std::int32_t batch = 1);

private:
  std::unique_ptr<StoreSubject> m_subject;
  IdSource m_ids;
  int m_people = 0;
  int m_sids = 0;
};

class AlertStoreContract : public StoreContract {};
class RecipientStoreContract : public StoreContract {};
class BatchStoreContract : public StoreContract {};
class OutboxContract : public StoreContract {};
class BeginContract : public StoreContract {};
class RecordContract : public StoreContract {};
class MergeContract : public StoreContract {};
// Equal texts to one phone whose attempts are unknown at first: which message is whose can only be guessed.
class GuessContract : public StoreContract {
protected:
  alert::Intent unknown_one(const Scene& scene, std::size_t person);
  bool is_claimed(const std::string& sid);
};
// A cell works on what another one wrote, of which the last may be missing.
class TakeoverContract : public GuessContract {
protected:
  // The delivery as the new cell has it at first: doubtful. What it was begun with.
  alert::Intent doubtful_one(const Scene& scene, std::size_t person = 0);
};
class DueContract : public StoreContract {};
// Several alerts to one phone, by voice.
class CallsContract : public StoreContract {
protected:
  alert::RecipientId add_callee(const std::string& tag);
  // A call that the alert is to make to that callee; the alert is being sent.
  alert::DeliveryId call_to(alert::RecipientId callee, const std::string& tag, alert::DeliveryMethod method = alert::DeliveryMethod::voice);
  bool is_contested(const alert::DeliveryId& call, Millis within = std::chrono::hours{1});
};
// Only for implementations whose time can be moved by days.
class LongTimesContract : public StoreContract {};

// Runs the same in that many threads, which begin as one.
void at_once(int threads, const std::function<void(int thread)>& work);

}  // namespace bizcomms::contract
