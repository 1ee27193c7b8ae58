// Reconcile: was a delivery of unknown outcome taken? From what the provider's lists show. Pure.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "bizcomms/alert/ledger.hpp"
#include "bizcomms/alert/retry.hpp"
#include "bizcomms/alert/sending.hpp"

namespace bizcomms::worker {

struct Judgement {
  enum class Kind : std::uint8_t {
    found,        // taken: `sid`, if it can be claimed
    absent,       // surely not taken: may be sent again
    cannot_tell,  // stays unknown; look again in `look_in`
    given_up,     // for good, not sent again: `reason`
  };
  Kind kind = Kind::cannot_tell;
  std::optional<alert::ProviderId> sid{};
  Millis look_in{0};
  bool looked = false;  // cannot_tell: the lists were read and held no unclaimed candidate
  std::string reason{};
};

// Since when its message may have been taken: an inherited one's since the alert's creation.
[[nodiscard]] Time sought_since(const alert::Delivery& delivery);

// Since when another call must have been begun for a candidate to be its own.
[[nodiscard]] Time contested_since(const alert::Delivery& delivery, const alert::DeliverySettings& settings);

// `candidates` with whether some delivery has claimed each; nothing when the lists could not be read, or there is no number to ask for.
struct Seen {
  std::vector<alert::Candidate> candidates{};
  std::vector<bool> claimed{};
  bool contested = false;  // a call, and one that nobody has claimed may be of another delivery
};
[[nodiscard]] Judgement judge(const alert::Delivery& delivery, Time now, const std::optional<Seen>& seen,
                              const alert::DeliverySettings& settings);

}  // namespace bizcomms::worker
