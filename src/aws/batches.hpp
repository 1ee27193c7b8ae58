// Carries out something for many entries in calls of ten, and again for those that failed by no fault of theirs.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aws/sqs.hpp"
#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

struct BatchOutcome {
  std::vector<EntryAnswer> answers{};  // by entry; `failed`: so often as it was tried, or its call failed
  std::optional<Error> error{};        // why, of the first that failed
  std::optional<Error> refusal{};      // why, of the first that was refused for good

  [[nodiscard]] bool is_taken(std::size_t entry) const { return answers[entry] == EntryAnswer::taken; }
};

// All calls of a round at once; no pause between rounds, for the client has paused where a whole call was throttled.
[[nodiscard]] BatchOutcome send_all(Client& client, std::span<const OutgoingMessage> messages,
                                    const std::function<Call(std::span<const OutgoingMessage>)>& call_for);
[[nodiscard]] BatchOutcome for_all(Client& client, std::span<const std::string> handles,
                                   const std::function<Call(std::span<const std::string>)>& call_for);

// Entries of those sizes in groups that a call can hold, by place and in order.
[[nodiscard]] std::vector<std::vector<std::size_t>> groups_of(std::span<const std::size_t> places, std::span<const std::size_t> sizes);

}  // namespace bizcomms::aws
