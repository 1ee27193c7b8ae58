#include "drill/world.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "support/aws/elasticmq.hpp"

namespace bizcomms::drill {
namespace {

using namespace std::chrono_literals;

constexpr std::array<const char*, 2> k_cells{"use1-01", "usw1-01"};
constexpr std::array<const char*, 2> k_regions{"us-east-1", "us-west-1"};
constexpr const char* k_account = "AC0123456789abcdef0123456789abcdef";
constexpr const char* k_token = "0123456789abcdef0123456789abcdef";

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing in a test sets variables
  return value == nullptr ? "" : value;
}

template <class Number>
void take(const char* name, Number& to) {
  if (const auto text = variable(name); !text.empty()) { to = static_cast<Number>(std::strtod(text.c_str(), nullptr)); }
}

void take(const char* name, Millis& to) {
  std::int64_t count = to.count();
  take(name, count);
  to = Millis{count};
}

void insist(bool holds, const std::string& what) {
  if (!holds) { throw std::runtime_error(what); }
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) { text += (text.empty() ? "\"" : ",\"") + word + "\""; }
  return text;
}

}  // namespace

Size Size::from_environment() const {
  Size size = *this;
  take("BIZCOMMS_DRILL_SEED", size.seed);
  take("BIZCOMMS_DRILL_PEOPLE", size.people);
  take("BIZCOMMS_DRILL_ALERTS", size.alerts);
  take("BIZCOMMS_DRILL_PACE", size.alerts_per_second);
  take("BIZCOMMS_DRILL_FACTOR", size.factor);
  take("BIZCOMMS_DRILL_DATABASE_LAG_MS", size.database_lag);
  take("BIZCOMMS_DRILL_LEDGER_LAG_MS", size.ledger_lag);
  size.log_folder = variable("BIZCOMMS_DRILL_LOGS");
  size.json_file = variable("BIZCOMMS_DRILL_JSON");
  return size;
}

World::World(const Size& size) : m_size(size), m_times(size.factor) {
  make_databases();
  make_clouds();
  m_phones = std::make_unique<Phones>(m_web, test::Environment{{"BIZCOMMS_LISTEN", "127.0.0.1:0"},
                                                               {"BIZCOMMS_ADMIN_LISTEN", "127.0.0.1:0"},
                                                               {"BIZCOMMS_LOG_FORMAT", "json"},
                                                               {"BIZCOMMS_SIMULATOR_SEED", std::to_string(size.seed)},
                                                               {"BIZCOMMS_STORIES", m_stories.folder()},
                                                               {"BIZCOMMS_TWILIO_ACCOUNT_SID", k_account},
                                                               {"BIZCOMMS_TWILIO_AUTH_TOKEN", k_token}});
  m_phones->set_faults("{" + m_times.lags() + R"(,"latency_min_ms":50,"latency_max_ms":150})");
  make_sites();
  make_people();
  m_books = std::make_unique<Books>(*m_phones, size.people);
  m_callers =
      std::make_unique<Callers>(std::array<Site*, 2>{m_sites[0].get(), m_sites[1].get()}, size.seed, size.alerts_per_second, m_stories);
}

World::~World() {
  if (m_size.log_folder.empty()) { return; }
  for (const auto& database : m_databases) {
    std::ofstream(fmt::format("{}/{}-postgres.log", m_size.log_folder, database->name())) << database->log();
  }
  std::ofstream(m_size.log_folder + "/simulate.log") << m_phones->process().output();
}

// The standby's is a copy of the other, made while nothing runs on it.
void World::make_databases() {
  for (std::size_t cell = 0; cell < 2; ++cell) { m_databases.at(cell) = std::make_unique<Database>(k_cells.at(cell)); }
  m_databases[0]->make();
  const auto migrated = test::run({test::binary(), "migrate"}, {{"BIZCOMMS_DATABASE_URL", m_databases[0]->url()}});
  insist(migrated.code == 0, "migrate: " + migrated.output);
  m_replication.lead_to(m_databases[0]->port());
  m_databases[1]->copy_from(*m_databases[0]);
  m_databases[1]->follow(m_replication.port());
  m_databases[1]->start();
  if (m_size.synchronous) { m_databases[0]->set_synchronous(true); }
  insist(test::eventually([&] { return m_databases[0]->has_replica(m_size.synchronous); }), "the replica does not follow");
  if (!m_size.synchronous) { m_replication.set_lag(m_size.database_lag); }
}

void World::make_clouds() {
  if (!m_size.on_aws) { return; }
  for (auto& cloud : m_clouds) { cloud = std::make_unique<test::Cloud>(); }
  const auto table = [&](std::size_t cell) { return m_clouds.at(cell)->options().at("BIZCOMMS_DYNAMODB_TABLE"); };
  m_replicator = std::make_unique<Replicator>(test::DynamoDbLocal::shared(), table(0), table(1), m_size.ledger_lag);
}

test::Environment World::options_of(std::size_t cell) const {
  auto options = m_times.options();
  options["BIZCOMMS_DATABASE_URL"] = m_databases.at(cell)->url();
  options["BIZCOMMS_TWILIO_ACCOUNT_SID"] = k_account;
  options["BIZCOMMS_TWILIO_AUTH_TOKEN"] = k_token;
  options["BIZCOMMS_TWILIO_FROM"] = "+15005550006";
  options["BIZCOMMS_TWILIO_BASE_URL"] = m_phones->url();
  options["BIZCOMMS_PUBLIC_URL"] = fmt::format("http://127.0.0.1:{}", m_front.port());
  options["BIZCOMMS_SEGMENTS_PER_SECOND"] = "0";
  options["BIZCOMMS_CALLS_PER_SECOND"] = "0";
  options["BIZCOMMS_PEER_GRACE"] = fmt::format("{}ms", m_times.of_minutes(1).count());
  options["BIZCOMMS_WORKER_IN_FLIGHT_MAX"] = "12";
  options["BIZCOMMS_WORKER_BATCH_SIZE"] = "10";
  const auto given_up_after = std::max(m_size.given_up_after, m_times.grace * 6);
  if (!m_size.synchronous) { options["BIZCOMMS_UNKNOWN_GIVEN_UP_AFTER"] = fmt::format("{}ms", given_up_after.count()); }
  if (m_size.on_aws) {
    for (const auto& [name, value] : m_clouds.at(cell)->options()) { options.insert_or_assign(name, value); }
    options["BIZCOMMS_SQS_POLL"] = "1s";
  }
  return options;
}

void World::make_sites() {
  const test::Environment poller{{"BIZCOMMS_API_URL", fmt::format("http://127.0.0.1:{}", m_front.port())},
                                 {"BIZCOMMS_HACKERNEWS_BASE_URL", m_phones->url()},
                                 {"BIZCOMMS_EVERY", "500ms"},
                                 {"BIZCOMMS_TOP_STORIES", "500"},
                                 {"BIZCOMMS_FIRST_RUN_LIMIT", "500"}};
  for (std::size_t cell = 0; cell < 2; ++cell) {
    m_sites.at(cell) = std::make_unique<Site>(SiteSettings{.cell = k_cells.at(cell),
                                                           .region = k_regions.at(cell),
                                                           .options = options_of(cell),
                                                           .poller_options = poller,
                                                           .log_folder = m_size.log_folder},
                                              m_web);
  }
  m_peer.lead_to(m_sites[1]->port());
  m_sites[0]->options()["BIZCOMMS_PEER_URL"] = fmt::format("http://127.0.0.1:{}", m_peer.port());
  m_sites[1]->options()["BIZCOMMS_PEER_URL"] = fmt::format("http://127.0.0.1:{}", m_sites[0]->port());
  const auto made = m_sites[0]->command({"keys", "create", "drill"});
  const auto at = made.output.find("bzk_");
  insist(made.code == 0 && at != std::string::npos, "keys create: " + made.output);
  const auto key = made.output.substr(at, made.output.find_first_of(" \n", at) - at);
  for (auto& site : m_sites) { site->set_key(key); }
  m_front.lead_to(m_sites[0]->port());
  for (auto& site : m_sites) { site->start(); }
  insist(test::eventually([&] { return m_sites[0]->role() == "active" && m_sites[1]->role() == "standby"; }),
         "the first cell is " + m_sites[0]->role() + ", the second " + m_sites[1]->role());
}

void World::make_people() {
  for (int person = 0; person < m_size.people; ++person) {
    const auto made = m_sites[0]->call(
        "POST", "/v1/recipients",
        fmt::format(R"({{"name":"Person {}","phone_number":"{}","tags":[{}]}})", person, test::number(person), listed(tags_of(person))));
    insist(made.status == 201, made.body);
  }
  const auto position = m_databases[0]->written();
  insist(test::eventually([&] { return m_databases[1]->has_replayed(position); }), "the replica stays behind");
}

test::Environment World::queue_of(std::size_t cell) const {
  test::Environment options;
  for (const auto& [name, value] : m_clouds.at(cell)->options()) {
    if (name.find("SQS") != std::string::npos || name.find("SNS") != std::string::npos) { options[name] = value; }
  }
  return options;
}

int World::events_in_queue(std::size_t cell) const {
  int events = 0;
  for (const auto* name : {"BIZCOMMS_SQS_STANDARD_URL", "BIZCOMMS_SQS_URGENT_URL"}) {
    const auto attributes = test::ElasticMq::shared().queues().attributes({.url = m_clouds.at(cell)->options().at(name), .arn = {}});
    for (const auto* count : {"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"}) {
      events += std::atoi(attributes.at(count).c_str());
    }
  }
  return events;
}

}  // namespace bizcomms::drill
