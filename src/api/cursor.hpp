// Opaque cursors: base64url of a version, the list they belong to, a fingerprint of its filters, and the last row's key. They carry no
// secret and need none: a forged one only names another place in the same list. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bizcomms/alert/delivery.hpp"

namespace bizcomms::api {

enum class List : unsigned char { alerts = 1, recipients = 2, deliveries = 3 };

// A list with its filters: what a cursor must have been made for. `filters` is any text that is equal for equal filters.
class Cursors {
public:
  Cursors(List list, std::string_view filters);

  [[nodiscard]] std::string after(const Uuid& last) const;
  [[nodiscard]] std::string after(const alert::DeliveryId& last) const;

  // Nothing: not a cursor, or one of another list or other filters.
  [[nodiscard]] std::optional<Uuid> read(std::string_view cursor) const;
  [[nodiscard]] std::optional<alert::DeliveryId> read_delivery(std::string_view cursor, alert::AlertId alert) const;

private:
  [[nodiscard]] std::optional<std::string> payload_of(std::string_view cursor) const;
  [[nodiscard]] std::string text_of(std::string_view payload) const;

  std::string m_head;
};

}  // namespace bizcomms::api
