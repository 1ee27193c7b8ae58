#include <fmt/format.h>

#include <cstdio>

#include "app/commands.hpp"
#include "app/database.hpp"

namespace bizcomms::app {
namespace {

constexpr int k_page = 200;

std::string kind_of(const alert::Event& event) {
  if (!is_known(event.kind)) { return fmt::format("kind {}", static_cast<int>(event.kind)); }
  return event.kind == alert::EventKind::alert_created ? "alert_created" : "batch_ready";
}

// Calls `each` for every dead letter until it says false; an error ends it.
Status for_each(alert::EventQueue& queue, const std::function<Result<bool>(const alert::DeadLetter&)>& each) {
  std::string after;
  for (;;) {
    const auto page = queue.dead_letters(k_page, after);
    if (!page) { return page.error(); }
    for (const auto& letter : *page) {
      const auto more = each(letter);
      if (!more) { return more.error(); }
      if (!*more) { return {}; }
    }
    if (page->size() < static_cast<std::size_t>(k_page)) { return {}; }
    after = page->back().id;
  }
}

int list(alert::EventQueue& queue) {
  std::fputs(fmt::format("{:<12} {:<26} {:<14} {:<34} {:>6}  {}\n", "ID", "SINCE", "EVENT", "ALERT", "BATCH", "REASON").c_str(), stdout);
  const auto listed = for_each(queue, [](const alert::DeadLetter& letter) -> Result<bool> {
    std::fputs(fmt::format("{:<12} {:<26} {:<14} {:<34} {:>6}  {}\n", letter.id, to_rfc3339(letter.dead_at), kind_of(letter.event),
                           letter.event.alert.to_string(), letter.event.batch, letter.reason)
                   .c_str(),
               stdout);
    return true;
  });
  return listed ? k_done : failed(listed.error());
}

Result<alert::DeadLetter> letter_of(alert::EventQueue& queue, const std::string& id) {
  std::optional<alert::DeadLetter> found;
  const auto looked = for_each(queue, [&](const alert::DeadLetter& letter) -> Result<bool> {
    if (letter.id == id) { found = letter; }
    return !found;
  });
  if (!looked) { return looked.error(); }
  if (found) { return *std::move(found); }
  return Error{ErrorCode::not_found, fmt::format("There is no dead letter {}; \"bizcomms dlq list\" shows all.", id)};
}

int show(alert::EventQueue& queue, const std::string& id) {
  const auto letter = letter_of(queue, id);
  if (!letter) { return failed(letter.error()); }
  const auto& event = letter->event;
  std::fputs(fmt::format("id        {}\nsince     {}\nevent     {}\nalert     {}\nbatch     {}\nlane      {}\nepoch     {}\ntrace     {}\n"
                         "receives  {}\nreason    {}\n",
                         letter->id, to_rfc3339(letter->dead_at), kind_of(event), event.alert.to_string(), event.batch,
                         to_string(event.lane), event.epoch, event.trace, letter->receives, letter->reason)
                 .c_str(),
             stdout);
  return k_done;
}

// What the event's failures ended is open again first: a worker lets alone what has ended.
Status replay(Database& database, const alert::DeadLetter& letter) {
  const auto& event = letter.event;
  if (auto reopened = database.store.batches().reopen(event.alert, event.batch, letter.reason); !reopened) { return reopened; }
  if (auto replayed = database.queue().replay(letter.id); !replayed) { return replayed; }
  std::fputs(fmt::format("Queued anew: {}\n", letter.id).c_str(), stdout);
  return {};
}

int replay_these(Database& database, const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    const auto letter = letter_of(database.queue(), id);
    if (!letter) { return failed(letter.error()); }
    if (const auto replayed = replay(database, *letter); !replayed) { return failed(replayed.error()); }
  }
  return k_done;
}

int replay_all(Database& database) {
  std::vector<alert::DeadLetter> letters;  // gathered first: what fails again must not be replayed twice
  const auto listed = for_each(database.queue(), [&](const alert::DeadLetter& letter) -> Result<bool> {
    letters.push_back(letter);
    return true;
  });
  if (!listed) { return failed(listed.error()); }
  if (letters.empty()) { std::fputs("There are no dead letters.\n", stdout); }
  for (const auto& letter : letters) {
    if (const auto replayed = replay(database, letter); !replayed) { return failed(replayed.error()); }
  }
  return k_done;
}

std::optional<std::string> misuse(const Context& context) {
  const auto& action = context.words.at(0);
  const auto ids = context.words.size() - 1;
  const bool all = context.switches.contains("all");
  if (action == "list") { return ids == 0 && !all ? std::nullopt : std::optional<std::string>("dlq list takes nothing else."); }
  if (action == "show") { return ids == 1 && !all ? std::nullopt : std::optional<std::string>("dlq show needs one ID."); }
  if (action == "replay") { return (ids > 0) != all ? std::nullopt : std::optional<std::string>("dlq replay needs IDs, or --all."); }
  return fmt::format("dlq cannot \"{}\"; it can list, show and replay.", action);
}

}  // namespace

int run_dlq(Context& context) {
  if (const auto wrong = misuse(context)) { return wrong_usage(*wrong); }
  if (const auto checked = check_settings(context.settings, context.role); !checked) { return refuse(checked.error()); }
  Ground ground(context.settings, context.role);
  const auto connection = connection_settings(context.settings, context.role);
  if (!connection) { return refuse(connection.error()); }
  Database database(*connection, context.settings, ground);
  auto& queue = database.queue();
  const auto& action = context.words.at(0);
  if (action == "list") { return list(queue); }
  if (action == "show") { return show(queue, context.words.at(1)); }
  if (context.switches.contains("all")) { return replay_all(database); }
  return replay_these(database, {context.words.begin() + 1, context.words.end()});
}

}  // namespace bizcomms::app
