// What SNS Publish and PublishBatch ask for, and the questions about a topic and its subscriptions, and how they are answered. Pure.
// Source: the Amazon SNS API reference.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bizcomms/http/message.hpp"

namespace bizcomms::test {

struct SnsAttribute {
  std::string type;   // "String"
  std::string value;  // of a binary one: as Base64
};

struct SnsEntry {
  std::string id = {};
  std::string message = {};
  std::map<std::string, SnsAttribute> attributes = {};
};

struct SnsRequest {
  bool batch = false;
  std::string topic_arn;
  std::vector<SnsEntry> entries;  // one for Publish
};

// GetTopicAttributes, ListSubscriptionsByTopic, GetSubscriptionAttributes.
struct SnsQuestion {
  std::string action;
  std::string arn;  // the topic's, or the subscription's
};

struct SnsSubscription {
  std::string arn;
  std::string endpoint;  // a queue's ARN
  std::string filter_policy;
};

// Why a whole request, or an entry, is refused.
struct SnsRefusal {
  std::string code;
  std::string message;
  bool fault_of_sender = true;
};

struct SnsOutcome {
  std::string id;  // of the entry
  std::string message_id = {};
  std::optional<SnsRefusal> refusal = {};
};

[[nodiscard]] std::variant<SnsRequest, SnsQuestion, SnsRefusal> parse_sns_request(std::string_view form);

[[nodiscard]] http::Response to_response(const SnsRequest& request, const std::vector<SnsOutcome>& outcomes, const std::string& request_id);
// `subscriptions`: all of the topic, or the one that is asked for.
[[nodiscard]] http::Response to_response(const SnsQuestion& question, const std::vector<SnsSubscription>& subscriptions,
                                         const std::string& request_id);
[[nodiscard]] http::Response to_response(const SnsRefusal& refusal, const std::string& request_id);

}  // namespace bizcomms::test
