// The words of the product as values: alerts, recipients, filters. No I/O.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/base/ids.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::alert {

struct AlertTag {
  static constexpr std::string_view k_prefix = "alert_";
};
struct RecipientTag {
  static constexpr std::string_view k_prefix = "recip_";
};
using AlertId = Id<AlertTag>;
using RecipientId = Id<RecipientTag>;

// The numbers are what the database stores: never renumber.
enum class Priority : std::uint8_t { low = 0, normal = 1, high = 2, critical = 3 };
enum class DeliveryMethod : std::uint8_t { sms = 0, voice = 1, both = 2 };
enum class Channel : std::uint8_t { sms = 0, voice = 1 };
enum class AlertStatus : std::uint8_t { queued = 0, sending = 1, completed = 2, cancelled = 3, failed = 4 };
enum class Lane : std::uint8_t { standard = 0, urgent = 1 };
// What a caller sees of one delivery.
enum class DeliveryStatus : std::uint8_t { pending = 0, sending = 1, sent = 2, delivered = 3, failed = 4, cancelled = 5, unknown = 6 };

[[nodiscard]] std::string_view to_string(Priority value);
[[nodiscard]] std::string_view to_string(DeliveryMethod value);
[[nodiscard]] std::string_view to_string(Channel value);
[[nodiscard]] std::string_view to_string(AlertStatus value);
[[nodiscard]] std::string_view to_string(DeliveryStatus value);
[[nodiscard]] std::string_view to_string(Lane value);
[[nodiscard]] std::optional<Priority> parse_priority(std::string_view text);
[[nodiscard]] std::optional<DeliveryMethod> parse_delivery_method(std::string_view text);
[[nodiscard]] std::optional<Channel> parse_channel(std::string_view text);
[[nodiscard]] std::optional<AlertStatus> parse_alert_status(std::string_view text);
[[nodiscard]] std::optional<DeliveryStatus> parse_delivery_status(std::string_view text);

[[nodiscard]] Lane lane_of(Priority priority);  // high and critical are urgent
[[nodiscard]] bool uses(DeliveryMethod method, Channel channel);

struct Filter {
  std::vector<std::string> tags{};  // normalised: trimmed, lower-cased, sorted, no repeats; empty: no restriction
  bool match_all_tags = false;
  bool active_only = true;
  bool operator==(const Filter&) const = default;
};

// What a caller writes. Validated: see validation.hpp.
struct AlertDraft {
  std::string title{};
  std::string message{};
  Priority priority = Priority::normal;
  DeliveryMethod method = DeliveryMethod::sms;
  Filter filter{};
  bool operator==(const AlertDraft&) const = default;
};

// A PUT: what is given is changed.
struct AlertChange {
  std::optional<std::string> title{};
  std::optional<std::string> message{};
  std::optional<Priority> priority{};
  std::optional<DeliveryMethod> method{};
  std::optional<Filter> filter{};
};

struct Alert {
  AlertId id{};
  AlertDraft content{};
  AlertStatus status = AlertStatus::queued;
  std::int64_t estimated_recipients = 0;
  std::int64_t epoch = 0;  // of the authority that accepted it
  std::string trace{};     // traceparent of the POST
  Time created_at{};
  Time updated_at{};
  std::optional<Time> sending_at{};  // from here the content is frozen
  std::optional<Time> ended_at{};    // completed, cancelled or failed
  std::string reason{};              // why it failed
};

struct Preferences {
  bool sms_enabled = true;
  bool voice_enabled = false;
  bool operator==(const Preferences&) const = default;
};

struct RecipientDraft {
  std::string name{};
  std::string phone_number{};  // E.164
  Preferences preferences{};
  std::vector<std::string> tags{};  // normalised as a filter's
  bool active = true;
};

struct RecipientChange {
  std::optional<std::string> name{};
  std::optional<std::string> phone_number{};
  std::optional<bool> sms_enabled{};
  std::optional<bool> voice_enabled{};
  std::optional<std::vector<std::string>> tags{};
  std::optional<bool> active{};
};

// STOP, kept by number and apart from preferences: only START undoes it.
struct OptOut {
  Time at{};
  std::string by{};  // the word ("STOP"), or Twilio's code ("21610")
  bool operator==(const OptOut&) const = default;
};

struct Recipient {
  RecipientId id{};
  RecipientDraft content{};
  std::optional<OptOut> opted_out{};
  Time created_at{};
  Time updated_at{};
};

[[nodiscard]] bool channel_enabled(const Preferences& preferences, Channel channel);

// A page of a list, and where the next one begins; no cursor: that was all.
template <class T, class Cursor>
struct Page {
  std::vector<T> items{};
  std::optional<Cursor> next{};
};

}  // namespace bizcomms::alert
