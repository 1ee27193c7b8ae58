// Which of our numbers a recipient is reached from. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bizcomms/alert/values.hpp"

namespace bizcomms::worker {

// Place in `senders` (not empty): the stored one while we still have it; otherwise by rendezvous hashing of the recipient's id, so that
// numbers are evenly used and few recipients move when a number comes or goes.
[[nodiscard]] std::size_t chosen_sender(const std::optional<std::string>& stored, alert::RecipientId recipient,
                                        const std::vector<std::string>& senders);

}  // namespace bizcomms::worker
