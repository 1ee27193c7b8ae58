#include "app/peer.hpp"

#include <fmt/format.h>

#include "bizcomms/json/reader.hpp"

namespace bizcomms::app {
namespace {

constexpr Millis k_peer_timeout{2'000};
constexpr std::size_t k_health_bytes_max = std::size_t{64} * 1024;

Error no_answer(const std::string& why, const Error& cause) {
  return Error{.code = ErrorCode::unavailable, .message = "The peer " + why, .cause = cause.message};
}

}  // namespace

Result<Sighting> ask_peer(http::Client& client, const std::string& url, const std::string& own_cell) {
  const auto base = url.substr(0, url.find_last_not_of('/') + 1);
  const auto answer = http::fetch(
      client,
      {.url = base + "/health", .connect_timeout = k_peer_timeout, .timeout = k_peer_timeout, .body_bytes_max = k_health_bytes_max});
  if (!answer) { return no_answer("does not answer.", answer.error()); }
  const auto document = json::Document::parse(answer->body, {.bytes = k_health_bytes_max});
  const auto cell = document ? document->root()["cell"].as_string() : std::nullopt;
  if (!cell) { return Error{ErrorCode::misconfigured, "What answers at --peer-url is no BizComms API."}; }
  if (*cell == own_cell) {
    return Error{ErrorCode::misconfigured, "--peer-url leads to this cell itself; it must be the other cell's own address."};
  }
  const auto root = document->root();
  const auto epoch = root["epoch"].as_int();
  if (!epoch) { return no_answer("cannot see its database.", Error{ErrorCode::unavailable, fmt::format("It is {}.", *cell)}); }
  return Sighting{.cell = *cell, .epoch = *epoch, .active = root["role"].as_string() == "active"};
}

}  // namespace bizcomms::app
