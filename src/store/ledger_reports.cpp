// The ledger's thorough half: news from the provider, and outcomes that meet anything but an attempt that simply waits for them.
#include <algorithm>

#include "store/ledger.hpp"
#include "store/repeating.hpp"

namespace bizcomms::store {

namespace {

using alert::DeliveryId;
using alert::Outcome;
using alert::RecordVerdict;
using alert::Report;

template <class Element>
std::vector<std::size_t> in_key_order(std::span<const Element> elements, std::vector<std::size_t> places) {
  std::stable_sort(places.begin(), places.end(), [&](auto a, auto b) { return elements[a].id < elements[b].id; });
  return places;
}

// Messages that look-ups may have found for deliveries of which the reports name others.
Status load_guesses(LedgerTransaction& transaction, std::span<const Report> reports) {
  const auto sids = transaction.draft().guesses(reports);
  return sids.empty() ? Status{} : transaction.load_claims(sids);
}

}  // namespace

Status PostgresLedger::record_other(std::span<const Outcome> outcomes, const Places& places, std::vector<RecordVerdict>& verdicts) {
  auto connection = m_pool.take();
  if (!connection) { return connection.error(); }
  std::vector<DeliveryId> ids;
  std::vector<WantedClaim> claims;
  const Places ordered = in_key_order(outcomes, places);
  for (const std::size_t place : ordered) {
    ids.push_back(outcomes[place].id);
    if (outcomes[place].sid) { claims.push_back({.sid = *outcomes[place].sid, .id = outcomes[place].id}); }
  }
  LedgerTransaction transaction(**connection);
  if (const auto opened = transaction.open(ids, claims); !opened) { return opened.error(); }
  std::vector<Report> answers;
  for (const std::size_t place : ordered) {
    const Outcome& outcome = outcomes[place];
    if (outcome.sid && !outcome.looked_up) { answers.push_back({.id = outcome.id, .token = outcome.token, .sid = *outcome.sid}); }
  }
  if (const auto loaded = load_guesses(transaction, answers); !loaded) { return loaded.error(); }
  for (const std::size_t place : ordered) { verdicts[place] = transaction.draft().record(outcomes[place]); }
  return transaction.commit();
}

Result<std::vector<bool>> PostgresLedger::merge_group(std::span<const Report> reports) {
  auto connection = m_pool.take();
  if (!connection) { return connection.error(); }
  Places all(reports.size());
  for (std::size_t i = 0; i < all.size(); ++i) { all[i] = i; }
  all = in_key_order(reports, std::move(all));
  std::vector<DeliveryId> ids;
  std::vector<WantedClaim> claims;
  for (const std::size_t place : all) {
    ids.push_back(reports[place].id);
    if (!reports[place].sid.empty()) { claims.push_back({.sid = reports[place].sid, .id = reports[place].id}); }
  }
  LedgerTransaction transaction(**connection);
  if (const auto opened = transaction.open(ids, claims); !opened) { return opened.error(); }
  if (const auto losing = transaction.draft().losers(reports); !losing.empty()) {
    if (const auto loaded = transaction.load(losing); !loaded) { return loaded.error(); }
  }
  if (const auto loaded = load_guesses(transaction, reports); !loaded) { return loaded.error(); }
  std::vector<bool> answers(reports.size());
  for (const std::size_t place : all) { answers[place] = transaction.draft().merge(reports[place]); }
  if (const auto committed = transaction.commit(); !committed) { return committed.error(); }
  return answers;
}

Result<std::vector<bool>> PostgresLedger::merge(std::span<const Report> reports) {
  if (reports.empty()) { return std::vector<bool>{}; }
  if (reports.size() > 1) {
    return repeating([&] { return merge_group(reports); });
  }
  const auto known = m_merging.run(reports.front());
  if (!known) { return known.error(); }
  return std::vector<bool>{*known};
}

void PostgresLedger::merge_gathered(std::vector<Merging::Call*>& calls) {
  std::vector<Report> reports;
  for (const auto* call : calls) { reports.push_back(call->request); }
  const auto answers = repeating([&] { return merge_group(reports); });
  if (answers || calls.size() == 1) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      calls[i]->answer = answers ? Result<bool>((*answers)[i]) : Result<bool>(answers.error());
    }
    return;
  }
  for (auto* call : calls) {  // each fails only by its own fault
    const auto one = repeating([&] { return merge_group(std::span(&call->request, 1)); });
    call->answer = one ? Result<bool>(one->front()) : Result<bool>(one.error());
  }
}

}  // namespace bizcomms::store
