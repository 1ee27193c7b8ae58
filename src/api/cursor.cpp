#include "api/cursor.hpp"

#include <algorithm>
#include <span>

#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::api {
namespace {

constexpr char k_version = 1;
constexpr std::size_t k_fingerprint_bytes = 8;
constexpr std::size_t k_uuid_bytes = 16;
constexpr std::size_t k_batch_bytes = 4;
constexpr std::size_t k_cursor_max = 128;  // characters; longer than any of ours

std::string_view bytes_of(const Uuid& uuid) { return {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()}; }

Uuid uuid_of(std::string_view bytes) {
  Uuid uuid;
  std::transform(bytes.begin(), bytes.begin() + k_uuid_bytes, uuid.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return uuid;
}

}  // namespace

Cursors::Cursors(List list, std::string_view filters) {
  const auto fingerprint = crypto::sha256(filters);
  m_head = {k_version, static_cast<char>(list)};
  m_head.append(reinterpret_cast<const char*>(fingerprint.data()), k_fingerprint_bytes);
}

std::string Cursors::text_of(std::string_view payload) const {
  const auto bytes = m_head + std::string(payload);
  return crypto::to_base64url(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

std::optional<std::string> Cursors::payload_of(std::string_view cursor) const {
  if (cursor.empty() || cursor.size() > k_cursor_max) { return std::nullopt; }
  const auto bytes = crypto::from_base64url(cursor);
  if (!bytes || !bytes->starts_with(m_head)) { return std::nullopt; }
  return bytes->substr(m_head.size());
}

std::string Cursors::after(const Uuid& last) const { return text_of(bytes_of(last)); }

std::optional<Uuid> Cursors::read(std::string_view cursor) const {
  const auto payload = payload_of(cursor);
  if (!payload || payload->size() != k_uuid_bytes) { return std::nullopt; }
  return uuid_of(*payload);
}

std::string Cursors::after(const alert::DeliveryId& last) const {
  std::string payload;
  for (int shift = 24; shift >= 0; shift -= 8) {
    payload += static_cast<char>((static_cast<std::uint32_t>(last.batch) >> static_cast<unsigned>(shift)) & 0xFFU);
  }
  payload += bytes_of(last.recipient.uuid);
  payload += static_cast<char>(last.channel);
  return text_of(payload);
}

std::optional<alert::DeliveryId> Cursors::read_delivery(std::string_view cursor, alert::AlertId alert) const {
  const auto payload = payload_of(cursor);
  if (!payload || payload->size() != k_batch_bytes + k_uuid_bytes + 1) { return std::nullopt; }
  std::uint32_t batch = 0;
  for (std::size_t i = 0; i < k_batch_bytes; ++i) { batch = (batch << 8U) | static_cast<unsigned char>((*payload)[i]); }
  const char channel = payload->back();
  if (batch > 0x7FFFFFFFU || (channel != 0 && channel != 1)) { return std::nullopt; }
  return alert::DeliveryId{.alert = alert,
                           .batch = static_cast<std::int32_t>(batch),
                           .recipient = {uuid_of(std::string_view(*payload).substr(k_batch_bytes))},
                           .channel = static_cast<alert::Channel>(channel)};
}

}  // namespace bizcomms::api
