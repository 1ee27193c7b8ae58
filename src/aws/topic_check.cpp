#include "aws/topic_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "aws/sqs.hpp"
#include "aws/xml.hpp"
#include "bizcomms/http/message.hpp"
#include "bizcomms/json/reader.hpp"

namespace bizcomms::aws {
namespace {

using alert::Lane;

constexpr int k_pages_max = 1'000;  // of 100 subscriptions each

struct Subscription {
  std::string arn{};  // "PendingConfirmation", "Deleted" where it is none
  std::string endpoint{};
};

// The answer, which holds an element <…Result>.
Result<Xml> ask(Client& client, const std::string& operation, const http::Parameters& form) {
  const Call call{.service = Service::sns, .operation = operation, .body = http::to_form(form)};
  const auto answer = client.call(call);
  if (!answer) { return answer.error(); }
  if (answer->refusal) { return error_of(call, *answer->refusal); }
  auto xml = Xml::parse(answer->body);
  if (!xml || !xml->root()[operation + "Result"].exists()) {
    return Error{.code = ErrorCode::unavailable, .message = fmt::format("The answer of SNS to {} could not be read.", operation)};
  }
  return *std::move(xml);
}

Result<std::vector<Subscription>> subscriptions_of(Client& client, const std::string& topic_arn) {
  std::vector<Subscription> all;
  std::string next;
  for (int page = 0; page < k_pages_max; ++page) {
    http::Parameters form{{"TopicArn", topic_arn}};
    if (!next.empty()) { form.emplace_back("NextToken", next); }
    const auto xml = ask(client, "ListSubscriptionsByTopic", form);
    if (!xml) { return xml.error(); }
    const XmlElement result = xml->root()["ListSubscriptionsByTopicResult"];
    for (const XmlElement& member : result["Subscriptions"].all("member")) {
      all.push_back({.arn = member["SubscriptionArn"].text(), .endpoint = member["Endpoint"].text()});
    }
    next = result["NextToken"].text();
    if (next.empty()) { break; }
  }
  return all;
}

Result<std::map<std::string, std::string>> attributes_of_subscription(Client& client, const std::string& arn) {
  const auto xml = ask(client, "GetSubscriptionAttributes", {{"SubscriptionArn", arn}});
  if (!xml) { return xml.error(); }
  std::map<std::string, std::string> attributes;
  for (const XmlElement& entry : xml->root()["GetSubscriptionAttributesResult"]["Attributes"].all("entry")) {
    attributes.emplace(entry["key"].text(), entry["value"].text());
  }
  return attributes;
}

bool names(const json::Value& one_or_more, std::string_view text) {
  if (one_or_more.as_string() == text) { return true; }
  const auto elements = one_or_more.elements();
  return std::any_of(elements.begin(), elements.end(), [&](const json::Value& each) { return each.as_string() == text; });
}

// Of the conditions that SNS knows for texts, those that somebody may have written for a lane. Source: SNS, "Subscription filter policies".
bool is_met(const json::Value& condition, std::string_view text) {
  if (condition.as_string()) { return condition.as_string() == text; }
  if (const auto exists = condition["exists"].as_bool()) { return *exists; }
  if (const auto prefix = condition["prefix"].as_string()) { return text.starts_with(*prefix); }
  const json::Value others = condition["anything-but"];
  return (others.as_string() || others.is_array()) && !names(others, text);
}

bool lets_through(const json::Value& policy, Lane lane) {
  const auto conditions = policy["lane"].elements();
  return std::any_of(conditions.begin(), conditions.end(), [&](const json::Value& each) { return is_met(each, to_string(lane)); });
}

bool asks_for_more(const json::Value& policy) {
  const auto members = policy.members();
  return std::any_of(members.begin(), members.end(), [](const auto& member) { return member.first != "lane"; });
}

// What does not fit of how a queue is subscribed; empty where all does.
std::string fault_of(std::map<std::string, std::string> attributes, Lane lane) {
  const std::string policy = attributes["FilterPolicy"];
  const auto read = json::Document::parse(policy);
  if (!read || !read->root().is_object() || read->root().members().empty()) {
    return "without a filter policy: it gets the events of both lanes.";
  }
  if (attributes["FilterPolicyScope"] == "MessageBody") { return "with a filter policy for the body; it must be for attributes."; }
  const auto but = [&](std::string_view fault) { return fmt::format("with the filter policy {}, which {}.", policy, fault); };
  if (!lets_through(read->root(), lane)) { return but(fmt::format("does not let the lane {} through", to_string(lane))); }
  const Lane other = lane == Lane::urgent ? Lane::standard : Lane::urgent;
  if (lets_through(read->root(), other)) { return but(fmt::format("lets the lane {} through too", to_string(other))); }
  return asks_for_more(read->root()) ? but("asks for more than the lane") : "";
}

Result<std::string> finding_of(Client& client, const std::vector<Subscription>& subscriptions, const LaneEnd& end) {
  const auto is_of_queue = [&](const Subscription& each) { return each.endpoint == end.queue_arn; };
  const auto is_confirmed = [&](const Subscription& each) { return is_of_queue(each) && each.arn.starts_with("arn:"); };
  const std::string queue = fmt::format("The {} queue", to_string(end.lane));
  const auto found = std::find_if(subscriptions.begin(), subscriptions.end(), is_confirmed);
  if (found == subscriptions.end()) {
    const bool is_there = std::any_of(subscriptions.begin(), subscriptions.end(), is_of_queue);
    return queue + (is_there ? "'s subscription to the topic is not confirmed: no events come."
                             : " is not subscribed to the topic: no events come.");
  }
  const auto attributes = attributes_of_subscription(client, found->arn);
  if (!attributes) { return attributes.error(); }
  const std::string fault = fault_of(*attributes, end.lane);
  return fault.empty() ? fault : fmt::format("{} is subscribed to the topic {}", queue, fault);
}

}  // namespace

Result<std::vector<std::string>> topic_findings(const std::string& topic_arn, std::span<const LaneEnd> ends, Client& client) {
  const auto topic = ask(client, "GetTopicAttributes", {{"TopicArn", topic_arn}});
  if (!topic) { return topic.error(); }
  const auto subscriptions = subscriptions_of(client, topic_arn);
  if (!subscriptions) { return subscriptions.error(); }
  std::vector<std::string> findings;
  for (const LaneEnd& end : ends) {
    auto finding = finding_of(client, *subscriptions, end);
    if (!finding) { return finding.error(); }
    if (!finding->empty()) { findings.push_back(*std::move(finding)); }
  }
  return findings;
}

}  // namespace bizcomms::aws
