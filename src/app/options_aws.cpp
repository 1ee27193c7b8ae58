#include "app/options.hpp"

namespace bizcomms::app {

OptionGroup aws_options(Settings& s) {
  using std::chrono::seconds;
  const Roles queue = Role::serve | Role::work | Role::dlq | Role::check;
  const Roles both = queue | Role::poll | Role::cell;
  return {
      "AWS, where queue or ledger are there",
      {{"aws-region", &s.aws.region,
        "Region of the services; empty: AWS_REGION, then AWS_DEFAULT_REGION. Endpoints: AWS_ENDPOINT_URL and "
        "AWS_ENDPOINT_URL_SQS, _SNS, _DYNAMODB, _SECRETS_MANAGER, _STS.",
        both, bounds(0, 64)},
       {"sns-topic", &s.sqs.topic_arn,
        "ARN of the topic that events are published to, with a subscription for each queue that filters by the attribute lane (standard, "
        "urgent); empty: events go to their queue straight away.",
        queue, bounds(0, 2048)},
       {"sqs-standard-url", &s.sqs.standard.url, "Queue of normal events, by its URL.", queue, bounds(0, 2048)},
       {"sqs-standard-dead-letters-url", &s.sqs.standard.dead_letters_url, "Where its dead letters go.", queue, bounds(0, 2048)},
       {"sqs-urgent-url", &s.sqs.urgent.url, "Queue of the events of high and critical alerts.", queue, bounds(0, 2048)},
       {"sqs-urgent-dead-letters-url", &s.sqs.urgent.dead_letters_url, "Where its dead letters go; both may share one.", queue,
        bounds(0, 2048)},
       {"sqs-poll", &s.sqs.poll, "How long one request waits for an event; a worker that stops waits for its end.", Role::work,
        bounds(seconds{1}, seconds{20})},
       {"aws-requests-max", &s.aws_requests_max, "Requests to AWS at the same time; those that wait for events come on top.", both,
        bounds(4, 4096)},
       {"dynamodb-table", &s.dynamodb.table, "Table of the ledger, and of the poller's stories.", both, bounds(0, 255)}}};
}

}  // namespace bizcomms::app
