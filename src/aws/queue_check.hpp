// Whether the queues in SQS, and the topic where there is one, fit the settings.
#pragma once

#include "bizcomms/aws/queue.hpp"

namespace bizcomms::aws {

[[nodiscard]] Status check_queues(const SqsSettings& settings, Client& client);

}  // namespace bizcomms::aws
