#include "app/cloud.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "app/sources.hpp"
#include "bizcomms/aws/environment.hpp"

namespace bizcomms::app {
namespace {

// A worker's connections to Twilio are counted for themselves.
http::CurlSettings http_settings(const Settings& settings) {
  return {.connections_max = aws_connections(settings), .ca_file = settings.client.ca_file};
}

std::unique_ptr<aws::Credentials> credentials(const aws::Settings& settings, http::Client& http, Ground& ground) {
  const auto sts = aws::endpoint_of(settings, aws::Service::sts);
  return aws::credentials_from(process_environment(), settings.region, sts ? *sts : "", http, ground.clock, ground.log);
}

aws::SqsSettings sqs_settings(const Settings& settings) {
  aws::SqsSettings sqs = settings.sqs;
  sqs.queue = settings.worker.queue;
  return sqs;
}

void need(std::vector<FieldError>& missing, const std::string& kind,
          std::initializer_list<std::pair<const char*, const std::string*>> options) {
  for (const auto& [name, value] : options) {
    if (value->empty()) { missing.push_back({name, fmt::format("{} is empty; {} is aws and needs it.", name, kind)}); }
  }
}

}  // namespace

// A receiver's long poll holds a connection all the while, and the client keeps an eighth of all for urgent requests, which these are not.
int aws_connections(const Settings& settings) {
  const int lanes = 2;
  const int polls = settings.queue_kind == "aws" ? lanes * settings.worker.receivers : 0;
  const int used = settings.aws_requests_max + polls;
  return used + used / 7 + 1;
}

aws::Settings aws_settings(const Settings& settings) { return aws::completed(settings.aws, process_environment()); }

Status check_cloud(const Settings& settings) {
  std::vector<FieldError> missing;
  if (settings.queue_kind == "aws") {
    const auto& sqs = settings.sqs;
    need(missing, "queue",
         {{"sqs-standard-url", &sqs.standard.url},
          {"sqs-standard-dead-letters-url", &sqs.standard.dead_letters_url},
          {"sqs-urgent-url", &sqs.urgent.url},
          {"sqs-urgent-dead-letters-url", &sqs.urgent.dead_letters_url}});
  }
  if (settings.ledger_kind == "aws") { need(missing, "ledger", {{"dynamodb-table", &settings.dynamodb.table}}); }
  if (!missing.empty()) { return Error{.code = ErrorCode::invalid, .message = "AWS is not configured.", .fields = std::move(missing)}; }
  if (uses_aws(settings) && aws_settings(settings).region.empty()) {
    return Error{ErrorCode::misconfigured, "No AWS region is configured; give --aws-region, or AWS_REGION in the environment."};
  }
  return {};
}

Cloud::Cloud(const Settings& settings, Ground& ground)
    : http(http_settings(settings), ground.log, ground.metrics),
      credentials(app::credentials(aws_settings(settings), http, ground)),
      client(aws_settings(settings), *credentials, http, ground.clock, ground.log, ground.metrics) {
  if (settings.queue_kind == "aws") { queue.emplace(sqs_settings(settings), client, ground.clock, ground.log, ground.metrics); }
  if (settings.ledger_kind != "aws") { return; }
  stories = aws::dynamo_seen_stories(client, settings.dynamodb);
  epoch.emplace(client, settings.dynamodb.table);
}

}  // namespace bizcomms::app
