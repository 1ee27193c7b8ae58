#include <fmt/format.h>

#include <cstdio>

#include "app/cell_watch.hpp"
#include "app/commands.hpp"

namespace bizcomms::app {
namespace {

using store::AuthorityState;

// Who is active by its own word, or took over in an epoch above this database's, and may not know that it should have ended.
const Testimony* another_at_work(const std::vector<Testimony>& all, const std::string& cell, std::int64_t epoch) {
  for (const Testimony& testimony : all) {
    if (!testimony.seen || testimony.seen->cell == cell) { continue; }
    if (testimony.seen->active || testimony.seen->epoch > epoch) { return &testimony; }
  }
  return nullptr;
}

void print_line(const std::string& what, const std::string& sentence) {
  std::fputs(fmt::format("{:<12}{}\n", what, sentence).c_str(), stdout);
}

std::string sentence_on(const AuthorityState& state) {
  const auto holder = state.cell.empty() ? std::string("no cell has taken it yet") : "it belongs to cell " + state.cell;
  if (!state.writable) { return fmt::format("A read-only replica: {}, epoch {}.", holder, state.epoch); }
  return fmt::format("Writable: {}, epoch {}{}.", holder, state.epoch, state.told ? ", by an operator's word" : "");
}

std::string sentence_on(const Testimony& testimony) {
  if (!testimony.seen) { return "No answer: " + testimony.problem; }
  if (testimony.seen->cell.empty()) { return "Knows of no cell yet."; }
  return fmt::format("Cell {}, epoch {}{}.", testimony.seen->cell, testimony.seen->epoch, testimony.seen->active ? ", active" : "");
}

int status(const AuthorityState& state, const std::vector<Testimony>& all, const std::string& cell) {
  print_line("this cell", cell);
  print_line("database", sentence_on(state));
  for (const Testimony& testimony : all) { print_line(testimony.name, sentence_on(testimony)); }
  return k_done;
}

int activate(store::Authority& authority, const AuthorityState& state, const std::vector<Testimony>& all, const Context& context) {
  if (!state.writable) { return failed({ErrorCode::conflict, "The database is a read-only replica; promote it first."}); }
  const auto* other = another_at_work(all, context.settings.cell, state.epoch);
  if (other != nullptr && !context.switches.contains("anyway")) {
    return failed(
        {ErrorCode::conflict,
         fmt::format("Cell {} works in epoch {}, says {}; two cells at work may message people twice. Stop it first, and say --anyway.",
                     other->seen->cell, other->seen->epoch, other->name)});
  }
  const auto told = authority.tell(context.settings.cell, state.epoch, highest_epoch(all));
  if (!told) { return failed(told.error()); }
  std::fputs(fmt::format("Cell {} works in epoch {}; its processes go on within seconds.\n", told->cell, told->epoch).c_str(), stdout);
  return k_done;
}

int run_action(Context& context, const db::ConnectionSettings& connection) {
  Ground ground(context.settings, context.role);
  Database database(connection, context.settings, ground);
  http::CurlClient client({.ca_file = context.settings.client.ca_file}, ground.log, ground.metrics);
  const auto state = database.authority.current();
  if (!state) { return failed(state.error()); }
  std::vector<Testimony> all;
  for (const Witness& witness : witnesses(database, context.settings, client)) { all.push_back(asked(witness)); }
  if (context.words.at(0) == "status") { return status(*state, all, context.settings.cell); }
  return activate(database.authority, *state, all, context);
}

}  // namespace

int run_cell(Context& context) {
  const auto& action = context.words.at(0);
  if (action != "status" && action != "activate") {
    return wrong_usage(fmt::format("cell cannot \"{}\"; it can status and activate.", action));
  }
  if (const auto checked = check_settings(context.settings, context.role); !checked) { return refuse(checked.error()); }
  const auto connection = connection_settings(context.settings, context.role);
  if (!connection) { return refuse(connection.error()); }
  return run_action(context, *connection);
}

}  // namespace bizcomms::app
