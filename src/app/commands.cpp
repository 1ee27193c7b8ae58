#include "app/commands.hpp"

namespace bizcomms::app {
namespace {

std::vector<Command> running() {
  return {
      {{Role::dev,
        "Run everything on this machine, with nothing to configure",
        "A PostgreSQL of its own, all roles in this process, simulated phones, demo recipients and an API key to try it with. Ctrl-C stops "
        "all of it; the data stays for the next start.",
        {"bizcomms dev", "bizcomms dev --data ~/bizcomms --listen 127.0.0.1:8080"}},
       run_dev},
      {{Role::serve,
        "Run the API",
        "Takes alerts and Twilio's webhooks. SIGTERM drains it: readiness turns 503, requests in flight finish, then it exits.",
        {"bizcomms serve --database-url postgresql://bizcomms@db/bizcomms",
         "bizcomms serve --listen 0.0.0.0:8000 --trusted-proxies 10.0.0.0/8"}},
       run_serve},
      {{Role::work,
        "Deliver alerts through Twilio",
        "As many of these as wanted, on one database. SIGTERM drains it: what is in flight finishes, the rest goes back to the queue.",
        {"bizcomms work --twilio-account-sid AC… --twilio-auth-token env:TOKEN --twilio-from +15550001111,+15550002222"}},
       run_work},
      {{Role::poll,
        "Turn new HackerNews stories into alerts",
        "One cycle, for cron; with --every it stays.",
        {"bizcomms poll --api-url https://alerts.example.com --api-key env:KEY", "bizcomms poll --every 5m"}},
       run_poll},
      {{Role::simulate,
        "Run the Twilio and HackerNews stand-ins with their phones",
        "Open its address in a browser to see the phones. Faults can be given here or changed while it runs.",
        {"bizcomms simulate", "bizcomms simulate --fault-error-after 0.1 --fault-callback-loss 0.5 --simulator-seed 7"}},
       run_simulate}};
}

std::vector<Command> operating() {
  return {{{Role::migrate,
            "Bring the database to this binary's schema",
            "Forward only; two at once are safe.",
            {"bizcomms migrate", "bizcomms migrate --check"},
            {},
            {{"check", "Only say whether something is to be done; exit code 1 if so"}}},
           run_migrate},
          {{Role::keys,
            "Create, list and revoke API keys",
            "A key is shown once, when it is created; the database keeps its SHA-256 alone.",
            {"bizcomms keys create ops", "bizcomms keys list", "bizcomms keys revoke ops"},
            {{"ACTION", "create, list or revoke"}, {"NAME", "Whose key: 1 to 64 of a-z, 0-9, '-', '_', '.'", false}}},
           run_keys},
          {{Role::dlq,
            "List, show and replay dead letters",
            "Events that failed too often are kept for 14 days; a replayed one is queued anew.",
            {"bizcomms dlq list", "bizcomms dlq show ID", "bizcomms dlq replay ID", "bizcomms dlq replay --all"},
            {{"ACTION", "list, show or replay"}, {"ID", "Of dead letters", false, true}},
            {{"all", "Replay every dead letter"}}},
           run_dlq},
          {{Role::cell,
            "Show which cell works, or tell this one to",
            "Two cells share what one of them works on. A cell that finds its database promoted works by itself; one that comes back and "
            "cannot "
            "ask the other, or was overtaken, waits to be told.",
            {"bizcomms cell status", "bizcomms cell activate"},
            {{"ACTION", "status or activate"}},
            {{"anyway", "Activate although another cell says that it is at work"}}},
           run_cell},
          {{Role::check,
            "Try every dependency that is configured",
            "The database and its schema, Twilio's account, HackerNews, the API; one line each.",
            {"bizcomms check"}},
           run_check},
          {{Role::health,
            "Ask a running role whether it is ready (for containers)",
            "Exit code 0 when it is, 1 otherwise.",
            {"bizcomms health serve", "bizcomms health work --live", "bizcomms health serve --admin-listen 127.0.0.1:9201"},
            {{"ROLE", "serve (default), work, poll, simulate or dev", false}},
            {{"live", "Ask only whether it is alive"}}},
           run_health},
          {{Role::config,
            "Print the options in force and where each came from",
            "Secrets are masked.",
            {"bizcomms config", "bizcomms config --toml > bizcomms.toml"},
            {},
            {{"toml", "Print the default configuration file instead"}, {"markdown", "Print the tables of the documents instead"}}},
           run_config},
          {{Role::version, "Print the version and the git commit", "", {"bizcomms version"}}, run_version}};
}

}  // namespace

std::vector<Command> commands() {
  auto all = running();
  for (auto& command : operating()) { all.push_back(std::move(command)); }
  return all;
}

}  // namespace bizcomms::app
