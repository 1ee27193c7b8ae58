// Made-up accounts, numbers and ids that the tests share.
#pragma once

#include <string>

#include "bizcomms/alert/delivery.hpp"
#include "bizcomms/twilio/settings.hpp"

namespace bizcomms::twilio {

inline constexpr const char* k_account = "AC0123456789abcdef0123456789abcdef";
inline constexpr const char* k_service = "MG0123456789abcdef0123456789abcdef";
inline constexpr const char* k_message_sid = "SM0123456789abcdef0123456789abcdef";
inline constexpr const char* k_call_sid = "CA0123456789abcdef0123456789abcdef";
inline constexpr const char* k_sender = "+15005550006";
inline constexpr const char* k_phone = "+15551234567";

inline Settings settings() {
  Settings result;
  result.account_sid = k_account;
  result.auth_token = Secret("0123456789abcdef0123456789abcdef");
  result.senders = {k_sender};
  result.public_url = "https://hooks.bizcomms.example";
  return result;
}

inline alert::DeliveryId delivery_id(alert::Channel channel) {
  alert::DeliveryId id;
  id.alert.uuid = *Uuid::from_hex("01900000-0000-7000-8000-000000000001");
  id.batch = 7;
  id.recipient.uuid = *Uuid::from_hex("01900000-0000-7000-8000-000000000002");
  id.channel = channel;
  return id;
}

inline alert::AttemptToken attempt_token() { return {*Uuid::from_hex("01900000-0000-7000-8000-000000000003")}; }

}  // namespace bizcomms::twilio
