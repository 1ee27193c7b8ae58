#include "bizcomms/alert/validation.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "alert/tags.hpp"
#include "alert/utf8.hpp"

namespace bizcomms::alert {

namespace {

using Problems = std::vector<FieldError>;

// What holds for every text: UTF-8, no U+0000 (PostgreSQL stores neither), 1 to `most` code points. True: fine.
bool check_text(Problems& problems, const std::string& field, std::string_view text, std::size_t most) {
  const std::size_t before = problems.size();
  const std::size_t length = code_points(text);
  if (length == 0) { problems.push_back({field, fmt::format("is empty; give 1 to {} characters", most)}); }
  if (length > most) { problems.push_back({field, fmt::format("has {} characters; at most {} are allowed, so shorten it", length, most)}); }
  if (!is_utf8(text)) { problems.push_back({field, "is not valid UTF-8; encode it as UTF-8"}); }
  if (text.find('\0') != std::string_view::npos) { problems.push_back({field, "contains the character U+0000; remove it"}); }
  return problems.size() == before;
}

void check_tags(Problems& problems, const std::string& field, const std::vector<std::string>& tags) {
  if (tags.size() > k_tags_max) {
    problems.push_back({field, fmt::format("has {} tags; at most {} are allowed, so remove some", tags.size(), k_tags_max)});
    return;
  }
  for (std::size_t i = 0; i < tags.size(); ++i) { check_text(problems, fmt::format("{}[{}]", field, i), trimmed(tags[i]), k_tag_max); }
}

void check_lengths_together(Problems& problems, const AlertDraft& draft, std::size_t twiml_length) {
  const std::size_t sms_length = utf16_units(sms_text(draft));
  if (uses(draft.method, Channel::sms) && sms_length > k_sms_max) {
    problems.push_back({"message", fmt::format("makes an SMS of {} UTF-16 units (title, line break, message; most emoji count as two); "
                                               "at most {} are allowed, so shorten title or message by {}",
                                               sms_length, k_sms_max, sms_length - k_sms_max)});
  }
  if (uses(draft.method, Channel::voice) && twiml_length > k_twiml_max) {
    problems.push_back({"message", fmt::format("makes a call script of {} characters (escaping included); at most {} are allowed, "
                                               "so shorten title or message by {}",
                                               twiml_length, k_twiml_max, twiml_length - k_twiml_max)});
  }
}

}  // namespace

std::size_t code_points(std::string_view utf8) {
  std::size_t count = 0;
  for (; !utf8.empty(); ++count) { static_cast<void>(take_code_point_or_replacement(utf8)); }
  return count;
}

std::size_t utf16_units(std::string_view utf8) {
  std::size_t count = 0;
  while (!utf8.empty()) { count += take_code_point_or_replacement(utf8) > 0xFFFF ? 2U : 1U; }
  return count;
}

std::string sms_text(const AlertDraft& draft) { return draft.title + "\n" + draft.message; }

std::vector<FieldError> problems(const AlertDraft& draft, std::size_t twiml_length) {
  Problems found;
  const bool title_fine = check_text(found, "title", draft.title, k_title_max);
  const bool message_fine = check_text(found, "message", draft.message, k_message_max);
  if (title_fine && message_fine) { check_lengths_together(found, draft, twiml_length); }
  check_tags(found, "recipient_filters.tags", draft.filter.tags);
  return found;
}

std::vector<FieldError> problems(const RecipientDraft& draft) {
  Problems found;
  check_text(found, "name", draft.name, k_name_max);
  if (!is_phone_number(draft.phone_number)) {
    found.push_back(
        {"phone_number",
         "is not in E.164 form; write '+', country code and number, 7 to 15 digits in all, the first not 0, as in +15551234567"});
  }
  check_tags(found, "tags", draft.tags);
  return found;
}

bool is_phone_number(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() < 8 || text.size() > 16 || text[0] != '+' || text[1] == '0') { return false; }
  return std::all_of(text.begin() + 1, text.end(), is_digit);
}

AlertDraft changed(AlertDraft content, const AlertChange& change) {
  content.title = change.title.value_or(std::move(content.title));
  content.message = change.message.value_or(std::move(content.message));
  content.priority = change.priority.value_or(content.priority);
  content.method = change.method.value_or(content.method);
  content.filter = change.filter.value_or(std::move(content.filter));
  return content;
}

RecipientDraft changed(RecipientDraft content, const RecipientChange& change) {
  content.name = change.name.value_or(std::move(content.name));
  content.phone_number = change.phone_number.value_or(std::move(content.phone_number));
  content.preferences.sms_enabled = change.sms_enabled.value_or(content.preferences.sms_enabled);
  content.preferences.voice_enabled = change.voice_enabled.value_or(content.preferences.voice_enabled);
  content.tags = change.tags.value_or(std::move(content.tags));
  content.active = change.active.value_or(content.active);
  return content;
}

}  // namespace bizcomms::alert
