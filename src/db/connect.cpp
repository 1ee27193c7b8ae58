#include "db/connect.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bizcomms::db {

namespace {

// libpq gives no code when a connection is refused, only the server's sentence.
struct Refusal {
  std::string_view words;
  ErrorCode code;
  std::string_view sentence;
};
constexpr std::array k_refusals{
    Refusal{"password authentication failed", ErrorCode::misconfigured, "The database refuses our user or password; check --database-url."},
    Refusal{"no password supplied", ErrorCode::misconfigured, "The database asks for a password; check --database-url."},
    Refusal{"Peer authentication failed", ErrorCode::misconfigured, "The database refuses our user; check --database-url."},
    Refusal{"no pg_hba.conf entry", ErrorCode::misconfigured, "The database does not let us in from this address; check its pg_hba.conf."},
    Refusal{"role \"", ErrorCode::misconfigured, "The database does not know our user; check --database-url."},
    Refusal{"database \"", ErrorCode::misconfigured, "There is no such database; check --database-url."},
    Refusal{"too many clients", ErrorCode::unavailable, "The database has no connection left for us."},
    Refusal{"starting up", ErrorCode::unavailable, "The database is starting."},
    Refusal{"shutting down", ErrorCode::unavailable, "The database is stopping."},
};

Error refused(std::string cause) {
  std::replace(cause.begin(), cause.end(), '\n', ' ');
  for (const Refusal& refusal : k_refusals) {
    if (cause.find(refusal.words) == std::string::npos) { continue; }
    return {.code = refusal.code, .message = std::string(refusal.sentence), .cause = std::move(cause)};
  }
  return {.code = ErrorCode::unavailable, .message = "The database cannot be reached.", .cause = std::move(cause)};
}

using Keywords = std::vector<std::pair<std::string, std::string>>;

// libpq's own complaint would quote the string, password and all.
Result<Keywords> keywords_of(const std::string& url) {
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(url.c_str(), &complaint));
  const std::unique_ptr<char, FreeMemory> complaint_owner(complaint);
  if (!options) {
    return Error{.code = ErrorCode::misconfigured,
                 .message = "--database-url is neither a PostgreSQL URI (postgresql://user@host/database) nor keywords (host=… dbname=…)."};
  }
  Keywords keywords;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) { keywords.emplace_back(option->keyword, option->val); }
  }
  return keywords;
}

void add_defaults(Keywords& keywords, const ConnectionSettings& settings) {
  const auto add = [&](const std::string& name, std::string value) {
    const bool given = std::any_of(keywords.begin(), keywords.end(), [&](const auto& entry) { return entry.first == name; });
    if (!given) { keywords.emplace_back(name, std::move(value)); }
  };
  add("application_name", settings.application_name);
  add("client_encoding", "UTF8");
  add("keepalives_idle", "30");
  add("keepalives_interval", "10");
  add("keepalives_count", "3");
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings.connect_timeout).count();
  add("connect_timeout", std::to_string(std::max<std::int64_t>(2, seconds)));
  add("tcp_user_timeout", "20000");
}

std::string session_script(const ConnectionSettings& settings) {
  std::string script = fmt::format("SET statement_timeout = {};", settings.statement_timeout.count());
  for (const std::string& line : settings.session) { script += line + ";"; }
  return script;
}

void ignore_notice(void* /*unused*/, const PGresult* /*unused*/) {}

}  // namespace

Result<ConnectionHandle> connect(const ConnectionSettings& settings) {
  auto keywords = keywords_of(settings.url.reveal());
  if (!keywords) { return keywords.error(); }
  add_defaults(*keywords, settings);
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& entry : *keywords) {
    names.push_back(entry.first.c_str());
    values.push_back(entry.second.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  ConnectionHandle handle(PQconnectdbParams(names.data(), values.data(), 0));
  if (!handle || PQstatus(handle.get()) != CONNECTION_OK) { return refused(handle ? PQerrorMessage(handle.get()) : "out of memory"); }
  PQsetNoticeReceiver(handle.get(), ignore_notice, nullptr);
  const ResultHandle set(PQexec(handle.get(), session_script(settings).c_str()));
  if (PQresultStatus(set.get()) != PGRES_COMMAND_OK) { return refused(PQerrorMessage(handle.get())); }
  PQsetnonblocking(handle.get(), 1);
  return handle;
}

}  // namespace bizcomms::db
