#include "db/exchange.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "bizcomms/db/sqlstate.hpp"

namespace bizcomms::db {

namespace {

constexpr int k_binary = 1;

std::string_view text_of(const char* text) { return text == nullptr ? std::string_view{} : std::string_view(text); }

// The parameters as libpq wants them.
struct Arguments {
  explicit Arguments(const Params& params) : values(params.size()), lengths(params.size()), formats(params.size(), k_binary) {
    for (std::size_t i = 0; i < params.size(); ++i) {
      const auto value = params.at(i);
      values[i] = value ? (value->empty() ? "" : value->data()) : nullptr;
      lengths[i] = value ? static_cast<int>(value->size()) : 0;
    }
  }
  [[nodiscard]] int count() const { return static_cast<int>(values.size()); }

  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
};

}  // namespace

Error error_of_result(const PGresult* result) {
  return error_of(text_of(PQresultErrorField(result, PG_DIAG_SQLSTATE)), text_of(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY)),
                  text_of(PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME)));
}

void Exchange::begin() {
  m_deadline = m_limit.count() == 0 ? std::chrono::steady_clock::time_point::max() : std::chrono::steady_clock::now() + m_limit;
}

Exchange::Prepared& Exchange::prepared(std::string_view sql) {
  Prepared& entry = m_prepared[sql.data()];
  if (entry.sql != sql) { entry = {.sql = std::string(sql), .name = fmt::format("s{}", ++m_last_name)}; }
  return entry;
}

bool Exchange::send(const Statement& statement, const Params& params) {
  const Arguments arguments(params);
  if (statement.plan == Plan::fresh) {
    const std::string sql(statement.sql);
    return PQsendQueryParams(get(), sql.c_str(), arguments.count(), nullptr, arguments.values.data(), arguments.lengths.data(),
                             arguments.formats.data(), k_binary) == 1;
  }
  const Prepared& entry = prepared(statement.sql);
  if (!entry.ready && PQsendPrepare(get(), entry.name.c_str(), entry.sql.c_str(), 0, nullptr) != 1) { return false; }
  return PQsendQueryPrepared(get(), entry.name.c_str(), arguments.count(), arguments.values.data(), arguments.lengths.data(),
                             arguments.formats.data(), k_binary) == 1;
}

bool Exchange::send_sync() { return PQpipelineSync(get()) == 1; }
bool Exchange::send_script(const std::string& sql) { return PQsendQuery(get(), sql.c_str()) == 1; }

bool Exchange::wait_readable() {
  for (;;) {
    const int unsent = PQflush(get());
    if (unsent < 0) { return false; }
    const auto left = std::chrono::ceil<Millis>(m_deadline - std::chrono::steady_clock::now()).count();
    m_timed_out = left <= 0;
    if (m_timed_out) { return false; }
    pollfd waited{.fd = PQsocket(get()), .events = static_cast<short>(POLLIN | (unsent > 0 ? POLLOUT : 0)), .revents = 0};
    const int ready = poll(&waited, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready < 0 && errno != EINTR) { return false; }
    if (ready > 0 && (waited.revents & ~POLLOUT) != 0) { return PQconsumeInput(get()) == 1; }
  }
}

Result<ResultHandle> Exchange::next() {
  while (PQisBusy(get()) != 0) {
    if (!wait_readable()) { return lost(); }
  }
  return ResultHandle(PQgetResult(get()));
}

Error Exchange::lost() {
  m_broken = true;
  if (m_timed_out) { return {.code = ErrorCode::unavailable, .message = "The database took too long.", .cause = "no answer in time"}; }
  return {
      .code = ErrorCode::unavailable, .message = "The database cannot be reached.", .cause = std::string(text_of(PQerrorMessage(get())))};
}

}  // namespace bizcomms::db
