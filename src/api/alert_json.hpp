// Alerts between JSON and values. Pure.
#pragma once

#include <string>
#include <string_view>

#include "bizcomms/alert/stores.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/twilio/settings.hpp"

namespace bizcomms::api {

// Errors: `invalid`, with every field that is wrong. What comes out is valid as a whole, its tags normalised.
[[nodiscard]] Result<alert::AlertDraft> read_alert(std::string_view body, const twilio::Settings& twilio);
// A PUT's body, its fields valid one by one; see checked_alert for the whole.
[[nodiscard]] Result<alert::AlertChange> read_alert_change(std::string_view body);
// The whole after a change: lengths that title and message have together.
[[nodiscard]] Status checked_alert(const alert::AlertDraft& draft, const twilio::Settings& twilio);

[[nodiscard]] std::string accepted_json(const alert::Alert& alert);  // the answer to a POST
[[nodiscard]] std::string alert_json(const alert::Alert& alert);
[[nodiscard]] std::string alerts_json(const std::vector<alert::Alert>& alerts, const std::optional<std::string>& next_cursor);
[[nodiscard]] std::string report_json(const alert::AlertReport& report, const std::optional<std::string>& next_cursor);

}  // namespace bizcomms::api
