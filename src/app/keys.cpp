#include <fmt/format.h>

#include <cstdio>

#include "app/api_key.hpp"
#include "app/commands.hpp"
#include "app/database.hpp"

namespace bizcomms::app {
namespace {

int create(store::ApiKeys& keys, const std::string& name) {
  const auto key = create_api_key(keys, name);
  if (!key) { return key.error().code == ErrorCode::invalid ? refuse(key.error()) : failed(key.error()); }
  std::fputs("This key is shown once and cannot be read again:\n", stderr);
  std::fputs((*key + "\n").c_str(), stdout);
  return k_done;
}

int list(store::ApiKeys& keys) {
  const auto all = keys.list();
  if (!all) { return failed(all.error()); }
  constexpr std::string_view k_row = "{:<32} {:<26} {:<26} {}\n";
  std::fputs(fmt::format(k_row, "NAME", "CREATED", "LAST USED", "REVOKED").c_str(), stdout);
  const auto text = [](const std::optional<Time>& time) { return time ? to_rfc3339(*time) : std::string("-"); };
  for (const auto& key : *all) {
    std::fputs(fmt::format(k_row, key.name, to_rfc3339(key.created_at), text(key.last_used_at), text(key.revoked_at)).c_str(), stdout);
  }
  return k_done;
}

int revoke(store::ApiKeys& keys, const std::string& name) {
  if (const auto revoked = keys.revoke(name); !revoked) { return failed(revoked.error()); }
  std::fputs(fmt::format("Revoked {}; running servers refuse it within 10 seconds.\n", name).c_str(), stdout);
  return k_done;
}

}  // namespace

int run_keys(Context& context) {
  const auto& action = context.words.at(0);
  const bool wants_name = action == "create" || action == "revoke";
  if (!wants_name && action != "list") { return wrong_usage(fmt::format("keys cannot \"{}\"; it can create, list and revoke.", action)); }
  if (wants_name != (context.words.size() == 2)) {
    return wrong_usage(wants_name ? fmt::format("keys {} needs a NAME.", action) : "keys list takes no NAME.");
  }
  Ground ground(context.settings, context.role);
  const auto connection = connection_settings(context.settings, context.role);
  if (!connection) { return refuse(connection.error()); }
  db::Pool pool({.connection = *connection, .size = 1}, ground.log, ground.metrics);
  store::ApiKeys keys(pool);
  if (action == "list") { return list(keys); }
  return action == "create" ? create(keys, context.words.at(1)) : revoke(keys, context.words.at(1));
}

}  // namespace bizcomms::app
