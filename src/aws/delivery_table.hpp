// The table that a delivery ledger keeps its rows in: consistent reads by key, and writes that succeed only where nothing has changed
// since. Implementations: DynamoDB, in-memory (tests/contract). Thread-safe; blocking; answers in the order asked.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "bizcomms/alert/ledger_draft.hpp"

namespace bizcomms::aws {

struct StoredRow {
  alert::LedgerRow row{};
  std::int64_t version = 0;  // rises with each write
};

struct StoredClaim {
  alert::DeliveryId id{};
  bool by_look_up = false;
  bool operator==(const StoredClaim&) const = default;
};

struct ClaimChange {
  alert::ProviderId sid{};
  std::optional<StoredClaim> before{};  // as it was read; nothing: nobody's
  std::optional<StoredClaim> after{};
};

// Written whole, or not at all.
struct TableWrite {
  std::vector<StoredRow> rows{};  // as they are to be, with the versions they were read with; 0: not there yet
  std::vector<ClaimChange> claims{};
};

struct StoredState {  // in the order asked
  std::vector<std::optional<StoredRow>> rows{};
  std::vector<std::optional<StoredClaim>> claims{};
};

class DeliveryTable {
public:
  virtual ~DeliveryTable() = default;
  [[nodiscard]] virtual Time now() const = 0;  // the table's clock: everybody's who uses it
  virtual Status learn_time() = 0;             // so that now() is known, where nothing has been read or written yet

  virtual Result<StoredState> read(std::span<const alert::DeliveryId> ids, std::span<const alert::ProviderId> sids) = 0;
  Result<std::vector<std::optional<StoredRow>>> rows(std::span<const alert::DeliveryId> ids) {
    auto state = read(ids, {});
    return state ? Result<std::vector<std::optional<StoredRow>>>(std::move(state->rows)) : state.error();
  }
  Result<std::vector<std::optional<StoredClaim>>> claims(std::span<const alert::ProviderId> sids) {
    auto state = read({}, sids);
    return state ? Result<std::vector<std::optional<StoredClaim>>>(std::move(state->claims)) : state.error();
  }
  // Of one batch, in the order of keys, after `after`, at most `limit`.
  virtual Result<std::vector<StoredRow>> of_batch(alert::AlertId alert, std::int32_t batch, const std::optional<alert::DeliveryId>& after,
                                                  int limit) = 0;
  // Rows that wake (alert::wakes_at) by then, the first first. May lag behind what was written.
  virtual Result<std::vector<alert::DeliveryId>> waking(Time until, int limit) = 0;
  // Every call to that recipient that there is.
  virtual Result<std::vector<alert::DeliveryId>> calls_to(alert::RecipientId recipient) = 0;

  // Per write: false where something in it is no longer what it was; an error where it is not known to be written: to be read again. Each
  // touches at most 100 rows and claims.
  virtual std::vector<Result<bool>> write(std::span<const TableWrite> writes) = 0;
};

}  // namespace bizcomms::aws
