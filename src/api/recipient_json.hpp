// Recipients between JSON and values. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/alert/values.hpp"
#include "bizcomms/base/result.hpp"

namespace bizcomms::api {

// Errors: `invalid`, with every field that is wrong. Tags come out normalised.
[[nodiscard]] Result<alert::RecipientDraft> read_recipient(std::string_view body);
[[nodiscard]] Result<alert::RecipientChange> read_recipient_change(std::string_view body);

[[nodiscard]] std::string recipient_json(const alert::Recipient& recipient);
[[nodiscard]] std::string recipients_json(const std::vector<alert::Recipient>& recipients, const std::optional<std::string>& next_cursor);

}  // namespace bizcomms::api
