#include <fmt/format.h>

#include <cstdio>

#include "app/addresses.hpp"
#include "app/admin_server.hpp"
#include "app/commands.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::app {
namespace {

std::optional<Role> role_named(const std::string& name) {
  for (const Role role : (Role::serve | Role::work | Role::poll | Role::simulate | Role::dev).all()) {
    if (to_string(role) == name) { return role; }
  }
  return std::nullopt;
}

}  // namespace

int run_health(Context& context) {
  const auto name = context.words.empty() ? "serve" : context.words.front();
  const auto role = role_named(name);
  if (!role) { return wrong_usage(fmt::format("there is no role \"{}\" to ask; it is serve, work, poll, simulate or dev.", name)); }
  Ground ground(context.settings, context.role);
  http::CurlClient client({}, Log::silent(), ground.metrics);
  const auto address = reachable(admin_address(context.settings, *role));
  http::ClientRequest request;
  request.url = fmt::format("http://{}/health/{}", address, context.switches.contains("live") ? "live" : "ready");
  request.timeout = std::chrono::seconds{2};
  const auto answer = http::fetch(client, std::move(request));
  if (!answer) {
    return failed({ErrorCode::unavailable, fmt::format("No answer from {} at {}; is it running?", name, address), answer.error().message});
  }
  std::fputs((answer->body + (answer->body.ends_with('\n') ? "" : "\n")).c_str(), answer->status == 200 ? stdout : stderr);
  return answer->status == 200 ? k_done : k_failed;
}

}  // namespace bizcomms::app
