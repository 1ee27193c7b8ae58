#include "bizcomms/alert/delivery.hpp"

#include <charconv>

#include <fmt/format.h>

namespace bizcomms::alert {

namespace {

// The part up to the next dot, which is taken off too; the whole rest when there is none.
std::string_view take_part(std::string_view& text) {
  const std::size_t dot = text.find('.');
  const std::string_view part = text.substr(0, dot);
  text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
  return part;
}

// Exactly what to_string writes: no sign, no leading zero.
std::optional<std::int32_t> parse_batch(std::string_view text) {
  if (text.empty() || text.front() == '-' || (text.size() > 1 && text.front() == '0')) { return std::nullopt; }
  std::int32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) { return std::nullopt; }
  return value;
}

std::optional<Channel> parse_letter(std::string_view text) {
  if (text == "s") { return Channel::sms; }
  if (text == "v") { return Channel::voice; }
  return std::nullopt;
}

}  // namespace

std::string DeliveryId::to_string() const {
  return fmt::format("{}.{}.{}.{}", alert.uuid.to_base32(), batch, recipient.uuid.to_base32(), channel == Channel::sms ? 's' : 'v');
}

std::optional<DeliveryId> DeliveryId::parse(std::string_view text) {
  const auto alert_uuid = Uuid::from_base32(take_part(text));
  const auto batch_number = parse_batch(take_part(text));
  const auto recipient_uuid = Uuid::from_base32(take_part(text));
  const auto letter = parse_letter(text);
  if (!alert_uuid || !batch_number || !recipient_uuid || !letter) { return std::nullopt; }
  return DeliveryId{AlertId{*alert_uuid}, *batch_number, RecipientId{*recipient_uuid}, *letter};
}

Counts& Counts::operator+=(const Counts& other) {
  sent += other.sent;
  delivered += other.delivered;
  failed += other.failed;
  pending += other.pending;
  cancelled += other.cancelled;
  return *this;
}

void Counts::count(DeliveryStatus status) {
  switch (status) {
    case DeliveryStatus::delivered:
      ++delivered;
      [[fallthrough]];
    case DeliveryStatus::sent:
      ++sent;
      break;
    case DeliveryStatus::failed:
      ++failed;
      break;
    case DeliveryStatus::cancelled:
      ++cancelled;
      break;
    case DeliveryStatus::pending:
    case DeliveryStatus::sending:
    case DeliveryStatus::unknown:
      ++pending;
      break;
  }
}

bool is_unaccounted(const Attempt& attempt) {
  return is_open(attempt.state) || (attempt.state == AttemptState::failed && !attempt.sid && !attempt.error_code);
}

bool may_be_its_call(const Attempt& other, Time since, Time taken_over_at) {
  const bool inherited = other.started_at < taken_over_at;
  if (!is_unaccounted(other) && !(inherited && other.state == AttemptState::retry)) { return false; }
  const bool was_over = other.state == AttemptState::failed && since >= taken_over_at;
  return other.started_at >= since || (inherited && !was_over);
}

bool is_open(AttemptState state) { return state == AttemptState::sending || state == AttemptState::unknown; }

void settle_as_sent(Attempt& attempt, const ProviderId& sid, Time at) {
  attempt.state = AttemptState::sent;
  attempt.sid = sid;
  attempt.sent_at = at;
  attempt.lease_until.reset();
  attempt.due_at.reset();
  attempt.error_code.reset();
  attempt.reason.clear();
}

void become_unknown(Attempt& attempt, Time due_at) {
  if (attempt.state != AttemptState::unknown) { attempt.looks = 0; }
  attempt.state = AttemptState::unknown;
  attempt.lease_until.reset();
  attempt.due_at = due_at;
}

bool is_inherited(const Attempt& attempt) {
  return attempt.number == 0 && (attempt.state == AttemptState::unknown || attempt.state == AttemptState::sent);
}

}  // namespace bizcomms::alert
