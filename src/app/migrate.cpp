#include <fmt/format.h>

#include <cstdio>

#include "app/commands.hpp"
#include "app/database.hpp"
#include "bizcomms/store/migrations.hpp"

namespace bizcomms::app {
namespace {

int only_check(const db::ConnectionSettings& connection) {
  const auto pending = store::pending_migrations(connection);
  if (!pending) { return failed(pending.error()); }
  for (const auto& migration : *pending) {
    std::fputs(fmt::format("pending: {:04} {}\n", migration.version, migration.name).c_str(), stdout);
  }
  if (pending->empty()) { std::fputs("The schema is up to date.\n", stdout); }
  return pending->empty() ? k_done : k_failed;
}

}  // namespace

int run_migrate(Context& context) {
  const Ground ground(context.settings, context.role);
  const auto connection = connection_settings(context.settings, context.role);
  if (!connection) { return refuse(connection.error()); }
  if (context.switches.contains("check")) { return only_check(*connection); }
  const auto applied = store::migrate(*connection, ground.log);
  if (!applied) { return failed(applied.error()); }
  std::fputs(*applied == 0 ? "The schema is up to date.\n"
                           : fmt::format("The schema is up to date; {} step{} applied.\n", *applied, *applied == 1 ? "" : "s").c_str(),
             stdout);
  return k_done;
}

}  // namespace bizcomms::app
