#include "aws/request.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "aws/service.hpp"
#include "bizcomms/json/reader.hpp"

namespace bizcomms::aws {
namespace {

// 16 MiB of a BatchGetItem, or ten messages of SQS, with what JSON's escapes add.
constexpr std::size_t k_answer_bytes_max = std::size_t{32} * 1024 * 1024;
constexpr json::Limits k_body_limits{.bytes = std::size_t{32} * 1024 * 1024, .depth = 64};

constexpr std::array<std::string_view, 5> k_names{"QueueUrl", "QueueName", "TableName", "SecretId", "TopicArn"};

std::string name_among(const json::Value& value) {
  for (const std::string_view name : k_names) {
    if (auto text = value[name].as_string()) { return *std::move(text); }
  }
  return "";
}

// Of a batch, the first table: {"RequestItems":{"table":…}}, {"TransactItems":[{"Put":{"TableName":…}}]}.
std::string name_in_json(const std::string& body) {
  const auto document = json::Document::parse(body, k_body_limits);
  if (!document) { return ""; }
  const json::Value root = document->root();
  if (std::string name = name_among(root); !name.empty()) { return name; }
  for (const auto& [table, requests] : root["RequestItems"].members()) { return table; }
  for (const json::Value& item : root["TransactItems"].elements()) {
    for (const auto& [action, what] : item.members()) { return name_among(what); }
  }
  return "";
}

std::string name_in_form(const std::string& body) {
  const auto form = http::parse_form(body);
  if (!form) { return ""; }
  for (const std::string_view name : k_names) {
    if (const auto value = http::find(*form, name)) { return std::string(*value); }
  }
  return "";
}

}  // namespace

http::ClientRequest request_of(const Call& call, std::string url, Millis timeout) {
  const ServiceFacts& facts = facts_of(call.service);
  http::ClientRequest request;
  request.method = "POST";
  request.url = std::move(url);
  request.timeout = timeout;
  request.body_bytes_max = k_answer_bytes_max;
  request.headers.add("Content-Type", std::string(facts.content_type));
  if (facts.protocol == Protocol::json) {
    request.headers.add("X-Amz-Target", fmt::format("{}{}", facts.version, call.operation));
    request.body = call.body.empty() ? "{}" : call.body;
  } else {
    request.body = fmt::format("Action={}&Version={}{}{}", call.operation, facts.version, call.body.empty() ? "" : "&", call.body);
  }
  return request;
}

std::string subject_of(const Call& call) {
  const ServiceFacts& facts = facts_of(call.service);
  const std::string name = facts.protocol == Protocol::json ? name_in_json(call.body) : name_in_form(call.body);
  return fmt::format("the {}{}{}", facts.kind, name.empty() ? "" : " ", name);
}

}  // namespace bizcomms::aws
