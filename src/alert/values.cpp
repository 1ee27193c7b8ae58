#include "bizcomms/alert/values.hpp"

#include <span>

namespace bizcomms::alert {

namespace {

constexpr std::array<std::string_view, 4> k_priorities{"low", "normal", "high", "critical"};
constexpr std::array<std::string_view, 3> k_methods{"sms", "voice", "both"};
constexpr std::array<std::string_view, 2> k_channels{"sms", "voice"};
constexpr std::array<std::string_view, 5> k_alert_statuses{"queued", "sending", "completed", "cancelled", "failed"};
constexpr std::array<std::string_view, 7> k_delivery_statuses{"pending", "sending", "sent", "delivered", "failed", "cancelled", "unknown"};
constexpr std::array<std::string_view, 2> k_lanes{"standard", "urgent"};

// Each enumeration counts from 0 in the order of its names.
template <class Enum>
std::string_view name_of(std::span<const std::string_view> names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  check(index < names.size(), "a named value");
  return names[index];
}

template <class Enum>
std::optional<Enum> value_of(std::span<const std::string_view> names, std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) { return static_cast<Enum>(i); }
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Priority value) { return name_of(k_priorities, value); }
std::string_view to_string(DeliveryMethod value) { return name_of(k_methods, value); }
std::string_view to_string(Channel value) { return name_of(k_channels, value); }
std::string_view to_string(AlertStatus value) { return name_of(k_alert_statuses, value); }
std::string_view to_string(DeliveryStatus value) { return name_of(k_delivery_statuses, value); }
std::string_view to_string(Lane value) { return name_of(k_lanes, value); }

std::optional<Priority> parse_priority(std::string_view text) { return value_of<Priority>(k_priorities, text); }
std::optional<DeliveryMethod> parse_delivery_method(std::string_view text) { return value_of<DeliveryMethod>(k_methods, text); }
std::optional<Channel> parse_channel(std::string_view text) { return value_of<Channel>(k_channels, text); }
std::optional<AlertStatus> parse_alert_status(std::string_view text) { return value_of<AlertStatus>(k_alert_statuses, text); }
std::optional<DeliveryStatus> parse_delivery_status(std::string_view text) { return value_of<DeliveryStatus>(k_delivery_statuses, text); }

Lane lane_of(Priority priority) { return priority >= Priority::high ? Lane::urgent : Lane::standard; }

bool uses(DeliveryMethod method, Channel channel) {
  switch (method) {
    case DeliveryMethod::sms:
      return channel == Channel::sms;
    case DeliveryMethod::voice:
      return channel == Channel::voice;
    case DeliveryMethod::both:
      return true;
  }
  return false;
}

bool channel_enabled(const Preferences& preferences, Channel channel) {
  return channel == Channel::sms ? preferences.sms_enabled : preferences.voice_enabled;
}

}  // namespace bizcomms::alert
