// AWS as the roles share it, where the options say that the queue or the ledger is there.
#pragma once

#include <memory>
#include <optional>

#include "app/ground.hpp"
#include "app/settings.hpp"
#include "bizcomms/aws/client.hpp"
#include "bizcomms/aws/credentials.hpp"
#include "bizcomms/aws/epoch.hpp"
#include "bizcomms/aws/queue.hpp"
#include "bizcomms/aws/seen.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::app {

[[nodiscard]] inline bool uses_aws(const Settings& settings) { return settings.queue_kind == "aws" || settings.ledger_kind == "aws"; }

// `misconfigured`, naming the options that are missing.
[[nodiscard]] Status check_cloud(const Settings& settings);

// Region and endpoints, from the options and from AWS's own environment variables.
[[nodiscard]] aws::Settings aws_settings(const Settings& settings);

// So many that calls do not wait for receivers' long polls.
[[nodiscard]] int aws_connections(const Settings& settings);

struct Cloud {
  Cloud(const Settings& settings, Ground& ground);  // settings that passed check_cloud()

  http::CurlClient http;
  std::unique_ptr<aws::Credentials> credentials;
  aws::Client client;
  std::optional<aws::SqsQueue> queue;           // where the queue is there
  std::unique_ptr<alert::SeenStories> stories;  // where the ledger is
  std::optional<aws::EpochItem> epoch;          // there too
};

}  // namespace bizcomms::app
