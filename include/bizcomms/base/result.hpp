// What every operation that may fail in normal running returns: a value, or an Error that says what the caller can do.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace bizcomms {

// What the caller can do about it. One switch maps it to an HTTP status (api), one to a next step (alert).
enum class ErrorCode : std::uint8_t {
  invalid,          // the input is wrong; see `fields`
  unauthenticated,  // no or wrong credentials
  not_found,
  conflict,         // the state does not allow it
  rejected,         // the other side refused for good (recipient or text)
  rate_limited,     // surely not done; later, slower
  unavailable,      // surely not done; later
  misconfigured,    // our account, settings or machine
  outcome_unknown,  // it may have been done
  internal,         // a defect, or a foreign failure nobody foresaw
};

[[nodiscard]] const char* to_string(ErrorCode code);
// The cause lies outside what was asked for and may pass: the same may work later, and what else is asked meanwhile would fare no better.
[[nodiscard]] bool may_pass(ErrorCode code);

struct FieldError {
  std::string field;  // path, "recipient_filters.tags[3]"
  std::string message;
  bool operator==(const FieldError&) const = default;
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;                    // one sentence, fit to be shown to the caller; never a secret, never a phone number in full
  std::string cause = {};                 // for the log only
  std::vector<FieldError> fields = {};    // with `invalid`
  std::optional<int> provider_code = {};  // Twilio's error code, where there is one
  std::optional<std::chrono::milliseconds> retry_after = {};
};

// Programmer mistakes end the process, in release too. Never used on input.
[[noreturn]] void fail_check(const char* expression, const char* file, int line);
inline void check(bool holds, const char* what, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (!holds) { fail_check(what, file, line); }
}

template <class T>
class [[nodiscard]] Result {
public:
  Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return m_state.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // Reading the wrong half is a programmer's mistake and ends the process.
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& value() & {
    check(has_value(), "Result holds a value");
    return *std::get_if<0>(&m_state);
  }
  const T& value() const& {
    check(has_value(), "Result holds a value");
    return *std::get_if<0>(&m_state);
  }
  T&& value() && {
    check(has_value(), "Result holds a value");
    return std::move(*std::get_if<0>(&m_state));
  }
  Error& error() & {
    check(!has_value(), "Result holds an error");
    return *std::get_if<1>(&m_state);
  }
  const Error& error() const& {
    check(!has_value(), "Result holds an error");
    return *std::get_if<1>(&m_state);
  }
  Error&& error() && {
    check(!has_value(), "Result holds an error");
    return std::move(*std::get_if<1>(&m_state));
  }

private:
  std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void> {
public:
  Result() = default;
  Result(Error error) : m_error(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const { return !m_error.has_value(); }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const Error& error() const {
    check(!has_value(), "Result holds an error");
    return *m_error;
  }

private:
  std::optional<Error> m_error;
};

using Status = Result<void>;

}  // namespace bizcomms
