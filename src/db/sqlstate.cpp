#include "bizcomms/db/sqlstate.hpp"

#include <array>

#include <fmt/format.h>

namespace bizcomms::db {

namespace {

constexpr std::string_view k_cause = "SQLSTATE ";

struct Rule {
  std::string_view prefix;  // of the code: a whole one, or its class
  ErrorCode code;
  std::string_view sentence;
};

// The first that fits counts.
constexpr std::array k_rules{
    Rule{"08", ErrorCode::unavailable, "The database cannot be reached."},
    Rule{"23505", ErrorCode::conflict, "There is such an entry already."},
    Rule{"23", ErrorCode::conflict, "The entry does not fit what is stored."},
    Rule{"22021", ErrorCode::invalid, "The text holds characters that cannot be stored."},
    Rule{"22P05", ErrorCode::invalid, "The text holds characters that cannot be stored."},
    Rule{"25006", ErrorCode::unavailable, "The database is read-only here: this is a standby."},
    Rule{"28", ErrorCode::misconfigured, "The database refuses our user or password; check --database-url."},
    Rule{"3D000", ErrorCode::misconfigured, "There is no such database; check --database-url."},
    Rule{"3F", ErrorCode::misconfigured, "The database's schema is not there; run `bizcomms migrate`."},
    Rule{"40", ErrorCode::unavailable, "The database was busy with the same rows; try again."},
    Rule{"42501", ErrorCode::misconfigured, "The database user lacks a right that BizComms needs."},
    Rule{"42P01", ErrorCode::misconfigured, "The database's schema is not there or too old; run `bizcomms migrate`."},
    Rule{"42703", ErrorCode::misconfigured, "The database's schema is too old; run `bizcomms migrate`."},
    Rule{"42883", ErrorCode::misconfigured, "The database's schema is too old; run `bizcomms migrate`."},
    Rule{"53100", ErrorCode::unavailable, "The database's disk is full."},
    Rule{"53300", ErrorCode::unavailable, "The database has no connection left for us."},
    Rule{"53", ErrorCode::unavailable, "The database is short of resources."},
    Rule{"55P03", ErrorCode::unavailable, "The database was busy with the same rows; try again."},
    Rule{"57014", ErrorCode::unavailable, "The database took too long."},
    Rule{"57P", ErrorCode::unavailable, "The database is stopping or starting."},
    Rule{"58", ErrorCode::unavailable, "The database has trouble with its disk."},
};

}  // namespace

Error error_of(std::string_view sqlstate, std::string_view message, std::string_view constraint) {
  if (sqlstate.empty()) {  // libpq's own: the connection is lost
    return {.code = ErrorCode::unavailable, .message = "The database cannot be reached.", .cause = std::string(message)};
  }
  Error error{.code = ErrorCode::internal, .message = "The database answered something unforeseen."};
  for (const Rule& rule : k_rules) {
    if (!sqlstate.starts_with(rule.prefix)) { continue; }
    error.code = rule.code;
    error.message = rule.sentence;
    break;
  }
  error.cause = fmt::format("{}{}: {}", k_cause, sqlstate, message);
  if (!constraint.empty()) { error.cause += fmt::format(" ({})", constraint); }
  return error;
}

std::string_view sqlstate_of(const Error& error) {
  const std::string_view cause = error.cause;
  return cause.starts_with(k_cause) ? cause.substr(k_cause.size(), 5) : std::string_view{};
}

bool is_worth_repeating(const Error& error) {
  const std::string_view code = sqlstate_of(error);
  return code == "40001" || code == "40P01";
}

}  // namespace bizcomms::db
