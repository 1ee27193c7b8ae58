// Which of our numbers a recipient is reached from. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bizcomms/alert/stores.hpp"

namespace bizcomms::worker {

// Of the members of one batch, in their order: stored ones as below; the others get the numbers that the batch uses least so far, so that
// all are used evenly and finish together.
[[nodiscard]] std::vector<std::uint16_t> chosen_senders(std::span<const alert::BatchMember> members,
                                                        const std::vector<std::string>& senders);

// Place in `senders` (not empty): the stored one while we still have it; otherwise by rendezvous hashing of the recipient's id, so that
// numbers are evenly used and few recipients move when a number comes or goes.
[[nodiscard]] std::size_t chosen_sender(const std::optional<std::string>& stored, alert::RecipientId recipient,
                                        const std::vector<std::string>& senders);

}  // namespace bizcomms::worker
