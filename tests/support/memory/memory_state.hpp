// The rows behind MemoryStore, with the questions that several of its parts ask of them. No locks: MemoryStore's mutex guards it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bizcomms/alert/delivery.hpp"
#include "bizcomms/alert/event.hpp"
#include "bizcomms/alert/stores.hpp"

namespace bizcomms::test {

[[nodiscard]] inline Error no_alert() { return {.code = ErrorCode::not_found, .message = "There is no such alert."}; }

struct BatchRow {
  alert::RecipientId first{};
  alert::RecipientId last{};
  bool settled = false;
  bool dirty = false;
  int blamed = 0;
  std::int64_t recipients = 0;
  std::int64_t never_begun = 0;  // of a cancelled alert, once settled
  alert::Counts counts{};
  Time progressed_at{};
  std::optional<Time> settled_at{};
  std::size_t checks = 0;
};

struct AlertRow {
  alert::Alert alert{};
  Time progressed_at{};
  std::map<std::int32_t, BatchRow> batches{};
};

struct RecipientRow {
  alert::Recipient recipient{};
  std::optional<std::string> sender{};
};

struct DeliveryRow {
  alert::Delivery delivery{};
  Time hidden_until{};
};

struct Claim {
  alert::DeliveryId id{};
  bool by_look_up = false;
};

struct KeptAnswer {
  std::array<std::uint8_t, 32> body_hash{};
  alert::Alert alert{};
  Time at{};
};

struct OutboxRow {
  alert::Event event{};
  bool sent = false;
  bool handed_out = false;
};

struct MemoryState {
  std::map<alert::AlertId, AlertRow> alerts{};
  std::map<alert::RecipientId, RecipientRow> recipients{};
  std::map<std::string, alert::OptOut> opt_outs{};  // by number
  struct Heeded {
    std::string number;
    Time at;
  };
  std::map<alert::ProviderId, Heeded> heeded{};                              // messages that opted out or in
  std::map<std::pair<std::string, std::string>, KeptAnswer> kept_answers{};  // by key name and key
  std::map<alert::DeliveryId, DeliveryRow> deliveries{};
  std::map<alert::ProviderId, Claim> claims{};
  std::deque<OutboxRow> outbox{};
  std::int64_t epoch = 1;  // in which the cell works, and since when
  Time taken_over_at{};

  [[nodiscard]] AlertRow* alert(alert::AlertId id);
  [[nodiscard]] RecipientRow* recipient(alert::RecipientId id);
  [[nodiscard]] DeliveryRow* delivery(const alert::DeliveryId& id);
  [[nodiscard]] BatchRow* batch(alert::AlertId id, std::int32_t number);
  [[nodiscard]] RecipientRow* recipient_by_number(const std::string& phone_number);

  [[nodiscard]] static bool matches(const alert::Alert& alert, const RecipientRow& row);
  [[nodiscard]] std::vector<const RecipientRow*> matching(const alert::Alert& alert) const;
  [[nodiscard]] std::vector<const RecipientRow*> members(const alert::Alert& alert, const BatchRow& batch) const;
  [[nodiscard]] std::vector<DeliveryRow*> deliveries_of(alert::AlertId id, std::int32_t batch);
  // The deliveries that a batch should have and that were not begun.
  [[nodiscard]] std::vector<alert::DeliveryId> not_begun(const alert::Alert& alert, std::int32_t number, const BatchRow& batch) const;

  void put_event(alert::EventKind kind, const alert::Alert& alert, std::int32_t batch);
};

}  // namespace bizcomms::test
