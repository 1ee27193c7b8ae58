// Reads a query strictly: every parameter is named once by a call, unknown and repeated ones are errors, all errors are gathered.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/cursor.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/http/message.hpp"

namespace bizcomms::api {

class QueryReader {
public:
  explicit QueryReader(const http::Parameters& parameters) : m_parameters(parameters) {}

  [[nodiscard]] int limit();  // 1..200, 50 where absent
  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] std::optional<bool> boolean(std::string_view name);
  [[nodiscard]] std::optional<Time> time(std::string_view name);
  // `parse` gives nothing for what is not one of `allowed` ("queued, sending").
  template <class Value>
  [[nodiscard]] std::optional<Value> word(std::string_view name, std::optional<Value> (*parse)(std::string_view),
                                          std::string_view allowed) {
    const auto given = text(name);
    if (!given) { return std::nullopt; }
    const auto value = parse(*given);
    if (!value) { error(name, "must be one of " + std::string(allowed)); }
    return value;
  }
  void error(std::string_view name, std::string message);
  void bad_cursor();

  // Reports what nobody asked for.
  [[nodiscard]] Status finish();

private:
  const http::Parameters& m_parameters;
  std::vector<std::string> m_known;
  std::vector<FieldError> m_errors;
};

}  // namespace bizcomms::api
