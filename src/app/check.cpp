#include <fmt/format.h>

#include <cstdio>

#include "app/commands.hpp"
#include "app/database.hpp"
#include "app/peer.hpp"
#include "bizcomms/hackernews/source.hpp"
#include "bizcomms/http/client.hpp"
#include "bizcomms/twilio/lookup.hpp"

namespace bizcomms::app {
namespace {

// A sentence on what was found, or what is wrong.
using Finding = Result<std::string>;

Finding try_database(const Settings& settings, Ground& ground) {
  const auto connection = connection_settings(settings, Role::check);
  if (!connection) { return connection.error(); }
  db::Pool pool({.connection = *connection, .size = 1}, ground.log, ground.metrics);
  const auto health = pool.check();
  if (!health) { return health.error(); }
  if (const auto schema = check_schema(*connection); !schema) { return schema.error(); }
  if (!health->writable) { return std::string("It answers, its schema is up to date, and it is read-only: a standby."); }
  const auto authority = store::Authority(pool).current();
  if (!authority) { return authority.error(); }
  const auto cell = authority->cell.empty() ? std::string("no cell has taken it yet") : "it belongs to cell " + authority->cell;
  return fmt::format("It answers in {}, its schema is up to date, {}.", to_words(health->answered_in), cell);
}

// Twilio does not know this message, and says so only to those whom it lets in.
Finding try_twilio(const Settings& settings, http::Client& client, Ground& ground) {
  if (const auto checked = settings.twilio.check(); !checked) { return checked.error(); }
  auto lookup = settings.lookup;
  lookup.tries = 1;
  twilio::TwilioLookup asked(settings.twilio, lookup, client, ground.metrics, {});
  const alert::ProviderId nobody = "SM00000000000000000000000000000000";
  const auto status = asked.statuses(std::span(&nobody, 1)).front();
  if (!status && status.error().code != ErrorCode::not_found) { return status.error(); }
  return std::string("It accepts the account SID and the auth token.");
}

Finding try_hackernews(const Settings& settings, http::Client& client, Ground& ground) {
  auto source_settings = settings.hackernews;
  source_settings.tries = 1;
  hackernews::HackerNewsSource source(source_settings, client, ground.log);
  const auto top = source.top(1);
  if (!top) { return top.error(); }
  return std::string("It answers.");
}

Finding try_api(const Settings& settings, http::Client& client) {
  http::ClientRequest request;
  request.url = settings.story_api.api_url + "/v1/alerts?limit=1";
  request.headers.add("X-API-Key", settings.story_api.api_key.current()->reveal());
  const auto answer = http::fetch(client, std::move(request));
  if (!answer) { return answer.error(); }
  if (answer->status == 200) { return std::string("It accepts the poller's API key."); }
  const bool key = answer->status == 401 || answer->status == 403;
  return Error{ErrorCode::misconfigured, key ? std::string("It refuses the poller's API key; check --api-key.")
                                             : fmt::format("It answered {}; check --api-url.", answer->status)};
}

Finding try_peer(const Settings& settings, http::Client& client) {
  const auto peer = ask_peer(client, settings.peer_url, settings.cell);
  if (!peer) { return peer.error(); }
  return fmt::format("It is cell {}, {} in epoch {}.", peer->cell, peer->active ? "active" : "on standby", peer->epoch);
}

Finding try_credentials(aws::Credentials& credentials) {
  const auto key = credentials.current();
  if (!key) { return key.error(); }
  return fmt::format("There is an access key, {}.",
                     key->expires_at ? "which expires at " + to_rfc3339(*key->expires_at) : "which does not expire");
}

Finding try_queue(Cloud& cloud) {
  if (const auto fits = cloud.queue->check(); !fits) { return fits.error(); }
  return std::string("The queues answer, and are set up as they should be.");
}

// Reads what is surely not there.
Finding try_table(Cloud& cloud) {
  const alert::StoryId none = 0;
  if (const auto seen = cloud.stories->seen(std::span(&none, 1)); !seen) { return seen.error(); }
  return std::string("The table answers.");
}

bool report(const std::string& what, const Finding& finding) {
  std::fputs(fmt::format("{:<7} {:<11} {}\n", finding ? "ok" : "FAILED", what, finding ? *finding : finding.error().message).c_str(),
             stdout);
  return finding.has_value();
}

void report_absent(const std::string& what, const std::string& sentence) {
  std::fputs(fmt::format("{:<7} {:<11} {}\n", "-", what, sentence).c_str(), stdout);
}

bool report_cloud(const Settings& settings, Ground& ground) {
  Cloud cloud(settings, ground);
  bool all = report("credentials", try_credentials(*cloud.credentials));
  if (cloud.queue) { all = report("queue", try_queue(cloud)) && all; }
  if (cloud.stories) { all = report("ledger", try_table(cloud)) && all; }
  return all;
}

}  // namespace

int run_check(Context& context) {
  const auto& settings = context.settings;
  if (const auto checked = check_settings(settings, context.role); !checked) { return refuse(checked.error()); }
  Ground ground(settings, context.role);
  ground.log = Log::silent();
  http::CurlClient client(settings.client, ground.log, ground.metrics);
  bool all = report("database", try_database(settings, ground));
  if (!settings.peer_url.empty()) { all = report("peer", try_peer(settings, client)) && all; }
  if (uses_aws(settings)) { all = report_cloud(settings, ground) && all; }
  if (settings.twilio.account_sid.empty()) {
    report_absent("Twilio", "Not configured: twilio-account-sid is empty.");
  } else {
    all = report("Twilio", try_twilio(settings, client, ground)) && all;
  }
  if (settings.story_api.api_key.current()->empty()) {
    report_absent("poller", "Not configured: api-key is empty.");
  } else {
    all = report("API", try_api(settings, client)) && all;
    all = report("HackerNews", try_hackernews(settings, client, ground)) && all;
  }
  return all ? k_done : k_failed;
}

}  // namespace bizcomms::app
