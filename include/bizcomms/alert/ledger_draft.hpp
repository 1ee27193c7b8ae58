// What begin, outcomes and news make of deliveries, decided in memory: the one place of these rules for every ledger that keeps rows. It
// loads into a draft the deliveries and claims that a group speaks of, has it decide, and writes back what changed, all as one transaction.
// No I/O; not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/alert/remote_ledger.hpp"

namespace bizcomms::alert {

struct LedgerRow {
  Delivery delivery{};
  std::optional<std::int16_t> phone_version{};  // of the recipient's number that it went to
  std::optional<Time> hidden_until{};           // due() passes it over; kept while it waits on. Sent again: until the lease ends
};

// When due() should list it: nothing when it is settled or waits for nothing. One that is being sent again is listed where its lease has
// ended, since its batch may have been settled before: nobody else would see that its worker is gone.
[[nodiscard]] std::optional<Time> wakes_at(const LedgerRow& row);

// It stands for a delivery that was given up before anything was begun: it went nowhere, so there is nothing that it tells of.
[[nodiscard]] bool was_never_begun(const LedgerRow& row);

// When an intent is judged.
struct BeginTime {
  Time now{};              // by the ledger's clock
  Millis clock_margin{0};  // how far that may be off the store's, which a takeover is dated by
};

// Begins `row`, withdraws it, or leaves it to be looked for, where the cell before this one may have sent it. For its first attempt it has
// only its id; else it is as before, and the intent's `previous` is its token.
[[nodiscard]] BeginAnswer begin(LedgerRow& row, const Intent& intent, const Clearance& clearance, const BeginTime& time);

// Whose a provider's message is.
struct Claim {
  DeliveryId id{};
  bool by_look_up = false;  // a guess: a callback outranks it
  bool fresh = false;       // nobody's before this draft
  bool changed = false;
  bool released = false;  // nobody's any more
};

class LedgerDraft {
public:
  void set_now(Time now) { m_now = now; }  // the ledger's clock
  [[nodiscard]] Time now() const { return m_now; }

  void load(const LedgerRow& row);  // what is there stays
  void load(const ProviderId& sid, const Claim& claim);
  void mark_fresh(const ProviderId& sid) { m_claims[sid].fresh = true; }
  [[nodiscard]] LedgerRow* row(const DeliveryId& id);
  [[nodiscard]] Claim* claim(const ProviderId& sid);
  // What these reports may change besides the deliveries and SIDs they name, to be loaded too: deliveries that may lose a SID to them, and
  // SIDs that look-ups may have found for the deliveries named.
  [[nodiscard]] std::vector<DeliveryId> losers(std::span<const Report> reports) const;
  [[nodiscard]] std::vector<ProviderId> guesses(std::span<const Report> reports);

  // As DeliveryLedger says, each for one element; every delivery and SID that it names is loaded, if it is there.
  BeginAnswer begin(const Intent& intent, const Clearance& clearance, Millis clock_margin = Millis{0});  // of a retry
  RecordVerdict record(const Outcome& outcome);
  bool merge(const Report& report);

  // To be written back; with `dirty` the batch is to be counted again, without it only its progress is noted.
  void change(const LedgerRow& row, bool dirty);
  [[nodiscard]] const std::set<DeliveryId>& changed() const { return m_changed; }
  [[nodiscard]] const std::map<ProviderId, Claim>& claims() const { return m_claims; }
  [[nodiscard]] const std::map<std::pair<AlertId, std::int32_t>, bool>& touched() const { return m_touched; }  // true: dirty

private:
  [[nodiscard]] Claim& claim_for(const ProviderId& sid, const DeliveryId& id);
  [[nodiscard]] bool is_first_news(const Report& report);
  [[nodiscard]] LedgerRow* owner_by_report(LedgerRow& named, const Report& report);
  void take_claim(Claim& claim, const Report& report);
  void give_up_guess(Delivery& delivery, const Report& report, bool first_news);
  RecordVerdict record_stale(const Outcome& outcome);
  RecordVerdict record_sent(LedgerRow& row, const Outcome& outcome);

  Time m_now{};
  std::map<DeliveryId, LedgerRow> m_rows;
  std::map<ProviderId, Claim> m_claims;
  std::set<DeliveryId> m_changed;
  std::map<std::pair<AlertId, std::int32_t>, bool> m_touched;
};

}  // namespace bizcomms::alert
