#include "support/cell.hpp"
#include "support/loopback.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace bizcomms::test {
namespace {

constexpr const char* k_account = "AC0123456789abcdef0123456789abcdef";
constexpr const char* k_token = "0123456789abcdef0123456789abcdef";

// "value" of the member in a log line.
std::string member_of(const std::string& line, const std::string& name) {
  const auto document = json::Document::parse(line);
  if (!document) { return {}; }
  return document->root()[name].as_string().value_or("");
}

Environment joined(Environment a, const Environment& b) {
  for (const auto& [name, value] : b) { a.insert_or_assign(name, value); }
  return a;
}

}  // namespace

std::string binary() {
  const char* chosen = std::getenv("BIZCOMMS_BINARY");  // NOLINT(concurrency-mt-unsafe): nothing in a test sets variables
  return chosen != nullptr ? chosen : BUILD_DIR "/bizcomms";
}

json::Value Answer::json() const {
  if (!document) {
    auto parsed = json::Document::parse(body, {.bytes = std::size_t{16} * 1024 * 1024});
    if (!parsed) {
      ADD_FAILURE() << "not JSON: " << body;
      parsed = json::Document::parse("null");
    }
    document = std::make_shared<json::Document>(*std::move(parsed));
  }
  return document->root();
}

std::string free_address() { return "127.0.0.1:" + std::to_string(free_port()); }

std::string number(int n) { return "+1555" + std::to_string(1'000'000 + n); }

Cell::Cell(const Environment& options, std::unique_ptr<Postgres> postgres)
    : m_postgres(postgres ? std::move(postgres) : std::make_unique<Postgres>()),
      m_client({}, m_log, m_metrics),
      m_api_address(free_address()) {
  m_options = joined({{"BIZCOMMS_DATABASE_URL", m_postgres->empty_database()},
                      {"BIZCOMMS_TWILIO_ACCOUNT_SID", k_account},
                      {"BIZCOMMS_TWILIO_AUTH_TOKEN", k_token},
                      {"BIZCOMMS_TWILIO_FROM", "+15005550006"},
                      {"BIZCOMMS_SEGMENTS_PER_SECOND", "0"},
                      {"BIZCOMMS_CALLS_PER_SECOND", "0"},
                      {"BIZCOMMS_PUBLIC_URL", "http://" + m_api_address},
                      {"BIZCOMMS_LOG_FORMAT", "json"},
                      {"BIZCOMMS_ADMIN_LISTEN", "127.0.0.1:0"}},
                     options);
  if (const auto migrated = command({"migrate"}); migrated.code != 0) { throw std::runtime_error("migrate: " + migrated.output); }
  const auto made = command({"keys", "create", "test"});
  const auto at = made.output.find("bzk_");
  if (made.code != 0 || at == std::string::npos) { throw std::runtime_error("keys create: " + made.output); }
  m_key = made.output.substr(at, made.output.find_first_of(" \n", at) - at);
}

Cell::~Cell() {
  for (auto* running : {&m_work, &m_serve, &m_simulator}) {
    if (testing::Test::HasFailure() && running->process) { std::fprintf(stderr, "%s\n", running->process->output().c_str()); }
  }
}

Running Cell::start(const std::string& role, const Environment& more, std::vector<std::string> flags) {
  std::vector<std::string> words{binary(), role};
  words.insert(words.end(), flags.begin(), flags.end());
  Running running{std::make_unique<Process>(words, joined(m_options, more)), {}, {}};
  const auto line = running.process->wait_for_line([](const std::string& each) { return !member_of(each, "admin_address").empty(); });
  if (!line) { throw std::runtime_error(role + " did not start: " + running.process->output()); }
  running.address = member_of(*line, "address");
  running.admin_address = member_of(*line, "admin_address");
  const auto ready = [&] { return ask("GET", "http://" + running.admin_address + "/health/ready", {}, {}).status == 200; };
  if (!eventually(ready)) { throw std::runtime_error(role + " did not become ready: " + running.process->output()); }
  return running;
}

void Cell::start_simulator(const Environment& more) {
  const auto listen = m_simulator.address.empty() ? "127.0.0.1:0" : m_simulator.address;
  m_simulator.process.reset();
  // Another seed at each start, since the same one would give the ids of earlier messages again.
  const auto seed = std::to_string(++m_simulator_starts);
  m_simulator = start("simulate", joined({{"BIZCOMMS_LISTEN", listen}, {"BIZCOMMS_SIMULATOR_SEED", seed}}, more));
  m_options.insert_or_assign("BIZCOMMS_TWILIO_BASE_URL", "http://" + m_simulator.address);
}

void Cell::start_serve(const Environment& more) {
  m_serve.process.reset();
  m_serve = start("serve", joined({{"BIZCOMMS_LISTEN", m_api_address}}, more));
}

void Cell::start_work(const Environment& more) {
  m_work.process.reset();
  m_work = start("work", more);
}

Finished Cell::command(std::vector<std::string> words, const Environment& more) {
  words.insert(words.begin(), binary());
  return run(std::move(words), joined(m_options, more));
}

Finished Cell::shell(const std::string& command) {
  const auto folder = std::filesystem::path(binary()).parent_path().string();
  return run({"bash", "-euo", "pipefail", "-c", command},
             joined(m_options, {{"API", "http://" + m_api_address}, {"KEY", m_key}, {"PATH", folder + ":/usr/local/bin:/usr/bin:/bin"}}));
}

Answer Cell::ask(const std::string& method, const std::string& url, const std::string& body, const http::Headers& headers) {
  http::ClientRequest request{.method = method, .url = url, .headers = headers, .body = body};
  if (!body.empty() && !headers.find("Content-Type")) { request.headers.add("Content-Type", "application/json"); }
  auto response = http::fetch(m_client, std::move(request));
  if (!response) { return Answer{0, response.error().message, {}}; }
  return Answer{response->status, std::move(response->body), std::move(response->headers)};
}

std::string Cell::metrics(const Running& role) { return ask("GET", "http://" + role.admin_address + "/metrics", {}, {}).body; }

double Cell::metric(const Running& role, const std::string& series) {
  const auto all = metrics(role);
  const auto at = ("\n" + all).find("\n" + series + " ");
  return at == std::string::npos ? 0 : std::strtod(all.c_str() + at + series.size(), nullptr);
}

Answer Cell::call(const std::string& method, const std::string& path, const std::string& body, const http::Headers& more) {
  http::Headers headers = more;
  if (!headers.find("X-API-Key")) { headers.add("X-API-Key", m_key); }
  return ask(method, "http://" + m_api_address + path, body, headers);
}

std::string Cell::make_recipient(const std::string& number, const std::string& tags, const std::string& preferences) {
  const auto answer =
      call("POST", "/v1/recipients",
           R"({"name":"Ann Example","phone_number":")" + number + R"(","tags":)" + tags + R"(,"preferences":)" + preferences + "}");
  EXPECT_EQ(answer.status, 201) << answer.body;
  return answer.json()["recipient_id"].as_string().value_or("");
}

std::string Cell::post_alert(const std::string& body) {
  const auto answer = call("POST", "/v1/alerts", body);
  EXPECT_EQ(answer.status, 202) << answer.body;
  return answer.json()["alert_id"].as_string().value_or("");
}

std::string Cell::alert_status(const std::string& id) {
  const auto answer = call("GET", "/v1/alerts/" + id);
  return answer.status == 200 ? answer.json()["status"].as_string().value_or("") : "";
}

std::map<std::string, std::int64_t> Cell::counts(const std::string& id) {
  const auto answer = call("GET", "/v1/alerts/" + id + "/status?limit=1");
  if (answer.status != 200) { return {}; }
  std::map<std::string, std::int64_t> counts{{"total", answer.json()["total_recipients"].as_int().value_or(-1)}};
  for (const auto& [name, value] : answer.json()["delivery_status"].members()) { counts[name] = value.as_int().value_or(-1); }
  return counts;
}

bool Cell::completes(const std::string& id, std::chrono::milliseconds limit) {
  return eventually([&] { return alert_status(id) == "completed"; }, limit);
}

Answer Cell::simulator(const std::string& method, const std::string& path, const std::string& body) {
  return ask(method, "http://" + m_simulator.address + path, body, {});
}

void Cell::faults(const std::string& json) {
  const auto answer = simulator("PUT", "/simulator/faults", json);
  EXPECT_EQ(answer.status, 200) << answer.body;
}

std::vector<Received> Cell::record(bool all) {
  std::vector<Received> items;
  std::string cursor;
  do {
    const auto path = std::string("/simulator/record?limit=10000") + (all ? "&all=true" : "") + (cursor.empty() ? "" : "&cursor=" + cursor);
    const auto page = simulator("GET", path);
    EXPECT_EQ(page.status, 200) << page.body;
    for (const auto& item : page.json()["items"].elements()) {
      if (item["direction"].as_string() != "outbound-api") { continue; }
      const auto kind = item["kind"].as_string().value_or("");
      const auto text = kind == "call" ? item["heard"].as_string() : item["body"].as_string();
      items.push_back({item["to"].as_string().value_or(""), kind, text.value_or(""), item["sid"].as_string().value_or(""),
                       item["status"].as_string().value_or("")});
    }
    cursor = page.json()["next_cursor"].as_string().value_or("");
  } while (!cursor.empty());
  return items;
}

std::vector<Received> Cell::received() { return record(false); }
std::vector<Received> Cell::taken() { return record(true); }

std::vector<Received> Cell::received_by(const std::string& number) {
  auto items = received();
  std::erase_if(items, [&](const Received& item) { return item.to != number; });
  return items;
}

}  // namespace bizcomms::test
