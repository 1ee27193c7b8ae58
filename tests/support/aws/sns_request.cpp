#include "support/aws/sns_request.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace bizcomms::test {
namespace {

constexpr std::size_t k_entries_max = 10;
constexpr std::size_t k_bytes_max = std::size_t{256} * 1024;  // messages and attributes of one request
constexpr std::size_t k_parameters_max = 2'000;
constexpr std::string_view k_namespace = "http://sns.amazonaws.com/doc/2010-03-31/";

using Fields = std::map<std::string, std::string>;

std::string field(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string{} : found->second;
}

SnsEntry entry_in(const Fields& fields, const std::string& prefix) {
  SnsEntry entry{.id = field(fields, prefix + "Id"), .message = field(fields, prefix + "Message")};
  for (int number = 1;; ++number) {
    const auto at = fmt::format("{}MessageAttributes.entry.{}.", prefix, number);
    const auto name = field(fields, at + "Name");
    if (name.empty()) { return entry; }
    const auto text = field(fields, at + "Value.StringValue");
    entry.attributes[name] = {field(fields, at + "Value.DataType"), text.empty() ? field(fields, at + "Value.BinaryValue") : text};
  }
}

std::vector<SnsEntry> batch_in(const Fields& fields) {
  std::vector<SnsEntry> entries;
  for (int number = 1;; ++number) {
    const auto prefix = fmt::format("PublishBatchRequestEntries.member.{}.", number);
    if (!fields.contains(prefix + "Id")) { return entries; }
    entries.push_back(entry_in(fields, prefix));
  }
}

std::size_t bytes_of(const SnsEntry& entry) {
  std::size_t bytes = entry.message.size();
  for (const auto& [name, attribute] : entry.attributes) { bytes += name.size() + attribute.type.size() + attribute.value.size(); }
  return bytes;
}

std::optional<SnsRefusal> refusal_of(const SnsRequest& request) {
  std::size_t bytes = 0;
  std::set<std::string> ids;
  for (const auto& entry : request.entries) {
    bytes += bytes_of(entry);
    ids.insert(entry.id);
  }
  if (!request.batch) {
    if (request.entries.front().message.empty()) { return SnsRefusal{"InvalidParameter", "Invalid parameter: Empty message"}; }
    if (bytes > k_bytes_max) { return SnsRefusal{"InvalidParameter", "Invalid parameter: Message too long"}; }
    return std::nullopt;
  }
  if (request.entries.empty()) { return SnsRefusal{"EmptyBatchRequest", "The batch request doesn't contain any entries."}; }
  if (request.entries.size() > k_entries_max) {
    return SnsRefusal{"TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible."};
  }
  if (ids.size() < request.entries.size()) {
    return SnsRefusal{"BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id."};
  }
  if (bytes > k_bytes_max) { return SnsRefusal{"BatchRequestTooLong", "The length of all the batch messages is more than the limit."}; }
  return std::nullopt;
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

http::Response xml(int status, std::string body) { return {.status = status, .body = std::move(body), .content_type = "text/xml"}; }

std::string failed_member(const SnsOutcome& outcome) {
  const auto& refusal = outcome.refusal.value();
  return fmt::format("<member><Id>{}</Id><Code>{}</Code><Message>{}</Message><SenderFault>{}</SenderFault></member>", escaped(outcome.id),
                     refusal.code, escaped(refusal.message), refusal.fault_of_sender);
}

std::string batch_result(const std::vector<SnsOutcome>& outcomes) {
  std::string failed;
  std::string successful;
  for (const auto& outcome : outcomes) {
    if (outcome.refusal) {
      failed += failed_member(outcome);
    } else {
      successful += fmt::format("<member><Id>{}</Id><MessageId>{}</MessageId></member>", escaped(outcome.id), outcome.message_id);
    }
  }
  return fmt::format("<Failed>{}</Failed><Successful>{}</Successful>", failed, successful);
}

std::string entry(std::string_view key, std::string_view value) {
  return fmt::format("<entry><key>{}</key><value>{}</value></entry>", key, escaped(value));
}

std::string result_of(const SnsQuestion& question, const std::vector<SnsSubscription>& subscriptions) {
  if (question.action == "GetTopicAttributes") { return "<Attributes>" + entry("TopicArn", question.arn) + "</Attributes>"; }
  if (question.action == "GetSubscriptionAttributes") {
    return "<Attributes>" + entry("FilterPolicy", subscriptions.front().filter_policy) + "</Attributes>";
  }
  std::string members;
  for (const auto& each : subscriptions) {
    members += fmt::format("<member><SubscriptionArn>{}</SubscriptionArn><Protocol>sqs</Protocol><Endpoint>{}</Endpoint></member>",
                           each.arn, escaped(each.endpoint));
  }
  return "<Subscriptions>" + members + "</Subscriptions>";
}

http::Response answer_with(std::string_view action, const std::string& result, const std::string& request_id) {
  return xml(200, fmt::format(R"(<{0}Response xmlns="{1}"><{0}Result>{2}</{0}Result>)"
                              "<ResponseMetadata><RequestId>{3}</RequestId></ResponseMetadata></{0}Response>",
                              action, k_namespace, result, request_id));
}

}  // namespace

std::variant<SnsRequest, SnsQuestion, SnsRefusal> parse_sns_request(std::string_view form) {
  const auto parameters = http::parse_form(form, k_parameters_max);
  if (!parameters) { return SnsRefusal{"MalformedQueryString", "The query string contains a syntax error."}; }
  const Fields fields(parameters->begin(), parameters->end());
  const auto action = field(fields, "Action");
  if (action == "GetTopicAttributes" || action == "ListSubscriptionsByTopic") { return SnsQuestion{action, field(fields, "TopicArn")}; }
  if (action == "GetSubscriptionAttributes") { return SnsQuestion{action, field(fields, "SubscriptionArn")}; }
  if (action != "Publish" && action != "PublishBatch") { return SnsRefusal{"InvalidAction", "Unknown action " + action}; }
  SnsRequest request{.batch = action == "PublishBatch", .topic_arn = field(fields, "TopicArn"), .entries = {}};
  request.entries = request.batch ? batch_in(fields) : std::vector<SnsEntry>{entry_in(fields, "")};
  if (auto refusal = refusal_of(request)) { return *std::move(refusal); }
  return request;
}

http::Response to_response(const SnsRequest& request, const std::vector<SnsOutcome>& outcomes, const std::string& request_id) {
  if (!request.batch && outcomes.front().refusal) { return to_response(*outcomes.front().refusal, request_id); }
  const auto* action = request.batch ? "PublishBatch" : "Publish";
  const auto result = request.batch ? batch_result(outcomes) : fmt::format("<MessageId>{}</MessageId>", outcomes.front().message_id);
  return answer_with(action, result, request_id);
}

http::Response to_response(const SnsQuestion& question, const std::vector<SnsSubscription>& subscriptions, const std::string& request_id) {
  return answer_with(question.action, result_of(question, subscriptions), request_id);
}

http::Response to_response(const SnsRefusal& refusal, const std::string& request_id) {
  const int status_of_sender = refusal.code == "NotFound" ? 404 : 400;
  return xml(refusal.fault_of_sender ? status_of_sender : 500,
             fmt::format(R"(<ErrorResponse xmlns="{}"><Error><Type>{}</Type><Code>{}</Code><Message>{}</Message></Error>)"
                         "<RequestId>{}</RequestId></ErrorResponse>",
                         k_namespace, refusal.fault_of_sender ? "Sender" : "Receiver", refusal.code, escaped(refusal.message), request_id));
}

}  // namespace bizcomms::test
