#include "aws/service.hpp"

#include <array>

namespace bizcomms::aws {
namespace {

constexpr std::string_view k_json_1_0 = "application/x-amz-json-1.0";
constexpr std::string_view k_json_1_1 = "application/x-amz-json-1.1";
constexpr std::string_view k_form = "application/x-www-form-urlencoded; charset=utf-8";

// clang-format off
constexpr std::array k_services = {  // in the order of the enumeration
  ServiceFacts{Service::sqs, "sqs", "SQS", "queue", Protocol::json, k_json_1_0, "AmazonSQS.", "AWS_ENDPOINT_URL_SQS"},
  ServiceFacts{Service::sns, "sns", "SNS", "topic", Protocol::query, k_form, "2010-03-31", "AWS_ENDPOINT_URL_SNS"},
  ServiceFacts{Service::dynamodb, "dynamodb", "DynamoDB", "table", Protocol::json, k_json_1_0, "DynamoDB_20120810.",
               "AWS_ENDPOINT_URL_DYNAMODB"},
  ServiceFacts{Service::secrets_manager, "secretsmanager", "Secrets Manager", "secret", Protocol::json, k_json_1_1, "secretsmanager.",
               "AWS_ENDPOINT_URL_SECRETS_MANAGER"},
  ServiceFacts{Service::sts, "sts", "STS", "role", Protocol::query, k_form, "2011-06-15", "AWS_ENDPOINT_URL_STS"},
};
// clang-format on

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < k_services.size(); ++i) {
    if (static_cast<std::size_t>(k_services[i].service) != i) { return false; }
  }
  return true;
}
static_assert(is_in_order());

}  // namespace

std::span<const ServiceFacts> all_services() { return k_services; }

const ServiceFacts& facts_of(Service service) { return k_services.at(static_cast<std::size_t>(service)); }

std::string_view to_string(Service service) { return facts_of(service).id; }

}  // namespace bizcomms::aws
