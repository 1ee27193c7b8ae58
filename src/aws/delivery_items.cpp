#include "aws/delivery_items.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::aws {

using alert::Attempt;
using alert::DeliveryId;
using alert::Reports;

namespace {

// The part up to the next '#', which is taken off too.
std::string_view take_part(std::string_view& text) {
  const std::size_t end = std::min(text.find('#'), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<std::int32_t> number_in(std::string_view text) {
  std::int32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<DeliveryId> id_of(std::string_view alert, std::string_view batch, std::string_view recipient, std::string_view channel) {
  const auto alert_uuid = Uuid::from_base32(alert);
  const auto recipient_uuid = Uuid::from_base32(recipient);
  const auto number = number_in(batch);
  if (!alert_uuid || !recipient_uuid || !number || (channel != "s" && channel != "v")) { return std::nullopt; }
  return DeliveryId{.alert = {*alert_uuid},
                    .batch = *number,
                    .recipient = {*recipient_uuid},
                    .channel = channel == "s" ? alert::Channel::sms : alert::Channel::voice};
}

bool is_past(const AttributeReader& item, Time now) {
  const auto expires_at = item.number("ttl");
  return expires_at && std::chrono::seconds{*expires_at} <= now.time_since_epoch();
}

void write_attempt(AttributeWriter& writer, const Attempt& attempt) {
  writer.text("token", attempt.token.uuid.to_base32()).number("state", static_cast<std::int64_t>(attempt.state));
  writer.number("attempts", std::int64_t{attempt.number}).number("looks", std::int64_t{attempt.looks});
  writer.number("resent", std::int64_t{attempt.resent}).time("started_at", attempt.started_at);
  writer.time_if("lease_until", attempt.lease_until).time_if("due_at", attempt.due_at).time_if("sent_at", attempt.sent_at);
  writer.text("account", attempt.account).text("sender", attempt.sender).text("body_hash", crypto::to_hex(attempt.body_hash));
  writer.text_if("sid", attempt.sid).number_if("error_code", attempt.error_code).text("reason", attempt.reason);
}

void write_reports(AttributeWriter& writer, const Reports& reports) {
  writer.text("r_sid", reports.sid).text("r_token", reports.token.uuid.to_base32()).number("r_rank", std::int64_t{reports.rank});
  writer.number("r_kind", static_cast<std::int64_t>(reports.kind)).number_if("r_error_code", reports.error_code);
  writer.text("r_reason", reports.reason).time_if("r_accepted_at", reports.accepted_at);
  writer.time_if("r_delivered_at", reports.delivered_at).time_if("r_acknowledged_at", reports.acknowledged_at);
}

Uuid uuid_in(const AttributeReader& item, std::string_view name) {
  return Uuid::from_base32(item.text(name).value_or("")).value_or(Uuid{});
}

int int_in(const AttributeReader& item, std::string_view name) { return static_cast<int>(item.number(name).value_or(0)); }

std::optional<int> code_in(const AttributeReader& item, std::string_view name) {
  const auto code = item.number(name);
  return code ? std::optional(static_cast<int>(*code)) : std::nullopt;
}

Attempt read_attempt(const AttributeReader& item) {
  Attempt attempt;
  attempt.token.uuid = uuid_in(item, "token");
  attempt.state = static_cast<alert::AttemptState>(int_in(item, "state"));
  attempt.number = int_in(item, "attempts");
  attempt.looks = int_in(item, "looks");
  attempt.resent = int_in(item, "resent");
  attempt.started_at = item.time("started_at").value_or(Time{});
  attempt.lease_until = item.time("lease_until");
  attempt.due_at = item.time("due_at");
  attempt.sent_at = item.time("sent_at");
  attempt.account = item.text("account").value_or("");
  attempt.sender = item.text("sender").value_or("");
  const auto hash = crypto::from_hex(item.text("body_hash").value_or("")).value_or("");
  if (hash.size() == attempt.body_hash.size()) { std::copy(hash.begin(), hash.end(), attempt.body_hash.begin()); }
  attempt.sid = item.text("sid");
  attempt.error_code = code_in(item, "error_code");
  attempt.reason = item.text("reason").value_or("");
  return attempt;
}

std::optional<Reports> read_reports(const AttributeReader& item) {
  const auto rank = item.number("r_rank");
  if (!rank) { return std::nullopt; }
  Reports reports;
  reports.sid = item.text("r_sid").value_or("");
  reports.token.uuid = uuid_in(item, "r_token");
  reports.rank = static_cast<int>(*rank);
  reports.kind = static_cast<alert::ReportKind>(int_in(item, "r_kind"));
  reports.error_code = code_in(item, "r_error_code");
  reports.reason = item.text("r_reason").value_or("");
  reports.accepted_at = item.time("r_accepted_at");
  reports.delivered_at = item.time("r_delivered_at");
  reports.acknowledged_at = item.time("r_acknowledged_at");
  return reports;
}

int shard_of(const DeliveryId& id) { return id.recipient.uuid.bytes.back() % k_waking_shards; }

}  // namespace

std::string batch_partition(alert::AlertId alert, std::int32_t batch) { return fmt::format("d#{}#{}", alert.uuid.to_base32(), batch); }
std::string calls_partition(alert::RecipientId recipient) { return "c#" + recipient.uuid.to_base32(); }
std::string waking_partition(int shard) { return fmt::format("w#{}", shard); }

ItemKey delivery_key(const DeliveryId& id) {
  return {batch_partition(id.alert, id.batch),
          fmt::format("{}#{}", id.recipient.uuid.to_base32(), id.channel == alert::Channel::sms ? 's' : 'v')};
}

ItemKey claim_key(const alert::ProviderId& sid) { return {"s#" + sid, "-"}; }

ItemKey call_key(const DeliveryId& id) {
  return {calls_partition(id.recipient), fmt::format("{}#{}", id.alert.uuid.to_base32(), id.batch)};
}

std::optional<DeliveryId> delivery_in(const ItemKey& key) {
  std::string_view partition = key.partition;
  std::string_view sort = key.sort;
  if (take_part(partition) != "d") { return std::nullopt; }
  const auto alert = take_part(partition);
  const auto recipient = take_part(sort);
  return id_of(alert, partition, recipient, sort);
}

std::optional<DeliveryId> call_in(const ItemKey& key) {
  std::string_view partition = key.partition;
  std::string_view sort = key.sort;
  if (take_part(partition) != "c") { return std::nullopt; }
  const auto alert = take_part(sort);
  return id_of(alert, sort, partition, "v");
}

void write_row(AttributeWriter& writer, const StoredRow& stored, std::int64_t version, const WriteStamp& stamp) {
  const alert::Delivery& delivery = stored.row.delivery;
  write_key(writer, delivery_key(delivery.id));
  writer.number("version", version).text("write", stamp.write_id).number("ttl", stamp.expires_at);
  write_attempt(writer, delivery.attempt);
  if (delivery.reports) { write_reports(writer, *delivery.reports); }
  writer.number_if("phone_version", stored.row.phone_version ? std::optional<int>(*stored.row.phone_version) : std::nullopt);
  writer.time_if("hidden_until", stored.row.hidden_until);
  if (const auto wakes = wakes_at(stored.row)) { writer.text("waking", waking_partition(shard_of(delivery.id))).time("wake_at", *wakes); }
}

void write_claim(AttributeWriter& writer, const alert::ProviderId& sid, const StoredClaim& claim, const WriteStamp& stamp) {
  write_key(writer, claim_key(sid));
  const ItemKey owner = delivery_key(claim.id);
  writer.text("owner_pk", owner.partition).text("owner_sk", owner.sort);
  writer.truth("by_look_up", claim.by_look_up).text("write", stamp.write_id).number("ttl", stamp.expires_at);
}

void write_call(AttributeWriter& writer, const DeliveryId& id, const WriteStamp& stamp) {
  write_key(writer, call_key(id));
  writer.number("ttl", stamp.expires_at);
}

std::optional<StoredRow> read_row(const AttributeReader& item, Time now) {
  if (!item.is_there() || is_past(item, now)) { return std::nullopt; }
  const auto id = delivery_in(key_in(item));
  if (!id) { return std::nullopt; }
  StoredRow stored;
  stored.version = item.number("version").value_or(0);
  stored.row.delivery = {.id = *id, .attempt = read_attempt(item), .reports = read_reports(item)};
  if (const auto version = item.number("phone_version")) { stored.row.phone_version = static_cast<std::int16_t>(*version); }
  stored.row.hidden_until = item.time("hidden_until");
  return stored;
}

std::optional<StoredClaim> read_claim(const AttributeReader& item, Time now) {
  if (!item.is_there() || is_past(item, now)) { return std::nullopt; }
  const auto owner = delivery_in({item.text("owner_pk").value_or(""), item.text("owner_sk").value_or("")});
  if (!owner) { return std::nullopt; }
  return StoredClaim{.id = *owner, .by_look_up = item.truth("by_look_up")};
}

}  // namespace bizcomms::aws
