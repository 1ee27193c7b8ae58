// The head of an answer as it goes over the wire.
#pragma once

#include <string>

#include "bizcomms/base/time.hpp"
#include "bizcomms/http/message.hpp"

namespace bizcomms::http {

// The Date field's value, made anew once a second. Not thread-safe: one for each I/O thread.
class DateField {
public:
  [[nodiscard]] const std::string& at(Time now);

private:
  std::int64_t m_second = -1;
  std::string m_text;
};

// Statuses 1xx, 204 and 304 have no body whatever the handler said.
[[nodiscard]] bool has_body(int status);

// Status line and fields through the empty line. Fields that frame the message are the front's own: those of the handler are left out, and
// no control character of a handler's field gets through.
[[nodiscard]] std::string answer_head(const Response& response, const std::string& request_id, bool keep_alive, const std::string& date);

}  // namespace bizcomms::http
