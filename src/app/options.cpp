#include "app/options.hpp"

#include <algorithm>

namespace bizcomms::app {

Choice choice(std::string& target, std::vector<std::string> words) {
  const auto index_of = [words, &target] {
    return static_cast<std::size_t>(std::find(words.begin(), words.end(), target) - words.begin());
  };
  const auto set = [words, &target](std::size_t index) { target = words.at(index); };
  return {std::move(words), set, index_of};
}

OptionGroup general_options(Settings& s) {
  using std::chrono::hours;
  using std::chrono::minutes;
  const Roles watching = Role::serve | Role::work | Role::poll | Role::cell | Role::check;
  return {"Names, addresses, logs",
          {{"listen",
            &s.listen,
            "Address and port that the role serves on; port 0 takes a free one, which the first log line names.",
            Role::serve | Role::dev | Role::simulate,
            {},
            "serve, dev 127.0.0.1:8000; simulate 127.0.0.1:8002"},
           {"admin-listen",
            &s.admin_listen,
            "Address and port of /health/live, /health/ready and /metrics.",
            k_long_running | Role::health,
            {},
            "serve, dev 127.0.0.1:9101; work :9102; poll :9103; simulate :9104"},
           {"cell", &s.cell, "Name of this cell in logs, metrics and /health.", k_every_role, bounds(1, 64)},
           {"region", &s.region, "Name of this cell's region in logs, metrics and /health.", k_every_role, bounds(1, 64)},
           {"peer-url", &s.peer_url,
            "Base URL of the other cell's own API, not the name that follows failover. A cell that starts, or was cut off from its "
            "database, asks "
            "there whether it was taken over, and stays on standby while it cannot ask; empty: there is no other cell.",
            watching, bounds(0, 2048)},
           {"peer-grace", &s.peer_grace,
            "So soon after the cell's last sign of life its processes may start, or go on, without an answer from the peer.", watching,
            bounds(Millis{0}, hours{1})},
           {"secret-refresh", &s.secret_refresh,
            "How often the Twilio token and API keys are read again that were given as file:PATH or aws-secret:NAME#key; also done "
            "within seconds where one is refused.",
            Role::serve | Role::work | Role::poll, bounds(std::chrono::seconds{1}, std::chrono::hours{24})},
           {"log-level", choice(s.log_level, {"debug", "info", "warning", "error", "off"}),
            "Least level of the log lines written to stderr.", k_every_role},
           {"log-format", choice(s.log_format, {"auto", "json", "text"}),
            "Form of the log lines; auto is text on a terminal, otherwise json.", k_every_role},
           {"drain-delay", &s.drain_delay, "After SIGTERM: how long to go on serving while /health/ready already answers 503.", Role::serve,
            bounds(Millis{0}, minutes{5})},
           {"drain-limit", &s.drain_limit, "After SIGTERM: how long requests and batches in flight may take to finish.",
            Role::serve | Role::work | Role::poll | Role::simulate, bounds(Millis{0}, minutes{10})}}};
}

OptionGroup poll_options(Settings& s) {
  using std::chrono::hours;
  using std::chrono::minutes;
  using std::chrono::seconds;
  const Roles poll = Role::poll | Role::dev;
  return {
      "HackerNews poller",
      {{"every", &s.every, "Time between two cycles; 0s: one cycle, then exit.", poll, bounds(Millis{0}, hours{24})},
       {"api-url", &s.story_api.api_url, "Where stories are posted as alerts: the name that follows failover.", Role::poll | Role::check,
        bounds(1, 2048)},
       {"api-key", &s.story_api.api_key, "The poller's API key.", Role::poll | Role::check},
       {"hackernews-base-url", &s.hackernews.base_url, "Where the HackerNews API is.", Role::poll | Role::check, bounds(1, 2048)},
       {"top-stories", &s.poller.top, "How many of the top stories a cycle looks at.", poll, bounds(1, 500)},
       {"first-run-limit", &s.poller.first_run_limit, "Stories raised by the first cycle ever; the others are marked as seen.", poll,
        bounds(0, 500)},
       {"story-priority", choice(s.story_api.priority, {"low", "normal", "high", "critical"}), "Priority of the alerts.", poll},
       {"story-delivery-method", choice(s.story_api.method, {"sms", "voice", "both"}), "Delivery method of the alerts.", poll},
       {"story-tags", &s.story_api.tags, "Recipients with any of these tags get the alerts; empty: all active ones.", poll, bounds(0, 50)},
       {"hackernews-timeout", &s.hackernews.timeout, "Whole time of one request to HackerNews.", poll, bounds(seconds{1}, minutes{2})},
       {"api-timeout", &s.story_api.timeout, "Whole time of one request to the API.", Role::poll | Role::check,
        bounds(seconds{1}, minutes{2})}}};
}

OptionGroup database_options(Settings& s) {
  using std::chrono::minutes;
  using std::chrono::seconds;
  auto& connection = s.pool.connection;
  const Roles pooled = Role::serve | Role::work | Role::poll;
  return {
      "Database",
      {{"database-url", &s.database_url,
        "libpq URI or conninfo, postgresql://user:password@host/name; libpq's own PG* variables fill in what it leaves out.",
        k_with_database},
       {"database-connections", &s.pool.size, "Connections of this process at most.", pooled, bounds(4, 1000)},
       {"database-connect-timeout", &connection.connect_timeout, "Time to connect to the database.", k_with_database,
        bounds(seconds{2}, minutes{5})},
       {"database-statement-timeout", &connection.statement_timeout, "Longest statement; 0s: no limit.", pooled,
        bounds(Millis{0}, minutes{10})},
       {"database-wait", &s.pool.wait, "How long a request waits for a free connection; then 503.", pooled, bounds(Millis{10}, minutes{1})},
       {"committers", &s.store.committers, "Groups of new alerts being committed at once: 2 for slow disks, 1 for fast ones.", Role::serve,
        bounds(1, 16)},
       {"store-group-max", &s.store.group_max, "Alerts, reads or reports that share one statement at most.", Role::serve | Role::work,
        bounds(1, 1000)},
       {"estimate-age", &s.store.estimate_age, "How old the count behind estimated_recipients may be.", Role::serve,
        bounds(Millis{0}, minutes{1})},
       {"estimate-exact-max", &s.store.estimate_exact_max, "Recipients counted exactly; above, an estimate is given.", Role::serve,
        bounds(0, 1e9)}}};
}

std::vector<OptionGroup> options(Settings& s) {
  return {general_options(s), database_options(s),  api_options(s),  twilio_options(s),   delivery_options(s),
          aws_options(s),     telemetry_options(s), poll_options(s), simulator_options(s)};
}

}  // namespace bizcomms::app
