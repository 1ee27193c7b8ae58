// The operator's commands on the real binary: what they print, and how they end.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "support/cell.hpp"
#include "system/on_ground.hpp"

namespace bizcomms::test {
namespace {

bool has(const Finished& finished, const std::string& text) { return finished.output.find(text) != std::string::npos; }

Finished bizcomms(std::vector<std::string> words, const Environment& environment = {}) {
  words.insert(words.begin(), binary());
  return run(std::move(words), environment);
}

class TemporaryFile {
public:
  explicit TemporaryFile(const std::string& text)
      : m_path(std::filesystem::temp_directory_path() / ("bizcomms-" + std::to_string(::getpid()) + ".toml")) {
    std::ofstream(m_path) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(m_path); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] std::string path() const { return m_path.string(); }

private:
  std::filesystem::path m_path;
};

TEST(Config, FlagGoesBeforeEnvironmentBeforeFileBeforeDefault) {
  const TemporaryFile file("worker-batch-size = 100\nworker-in-flight-max = 10\ncell = \"of-the-file\"\n");
  const Environment environment{
      {"BIZCOMMS_CONFIG", file.path()}, {"BIZCOMMS_WORKER_BATCH_SIZE", "200"}, {"BIZCOMMS_WORKER_IN_FLIGHT_MAX", "20"}};
  const auto finished = bizcomms({"config", "--worker-in-flight-max", "30"}, environment);
  ASSERT_EQ(finished.code, 0) << finished.output;
  const auto line = [&](const std::string& name) {
    const auto at = finished.output.find("\n" + name + " ");
    return at == std::string::npos ? "" : finished.output.substr(at + 1, finished.output.find('\n', at + 1) - at - 1);
  };
  EXPECT_NE(line("worker-in-flight-max").find("= 30 "), std::string::npos) << line("worker-in-flight-max");
  EXPECT_NE(line("worker-in-flight-max").find("# flag --worker-in-flight-max"), std::string::npos);
  EXPECT_NE(line("worker-batch-size").find("= 200 "), std::string::npos);
  EXPECT_NE(line("worker-batch-size").find("# environment BIZCOMMS_WORKER_BATCH_SIZE"), std::string::npos);
  EXPECT_NE(line("cell").find("\"of-the-file\""), std::string::npos);
  EXPECT_NE(line("cell").find("# " + file.path() + " line 3"), std::string::npos) << line("cell");
  EXPECT_NE(line("worker-recorders").find("# default"), std::string::npos);
}

TEST(Config, NeverShowsASecret) {
  const auto finished =
      bizcomms({"config"}, {{"BIZCOMMS_TWILIO_AUTH_TOKEN", "tell-nobody"}, {"BIZCOMMS_DATABASE_URL", "postgresql://u:tell-nobody@h/d"}});
  EXPECT_EQ(finished.code, 0);
  EXPECT_FALSE(has(finished, "tell-nobody")) << finished.output;
  EXPECT_TRUE(has(finished, "\"********\""));
}

TEST(Usage, ASlipIsAnsweredWithWhatWasMeant) {
  const auto flag = bizcomms({"serve", "--databse-url", "x"});
  EXPECT_EQ(flag.code, 2);
  EXPECT_TRUE(has(flag, "did you mean --database-url?")) << flag.output;
  const auto variable = bizcomms({"serve"}, {{"BIZCOMMS_DATABASE_ULR", "x"}});
  EXPECT_EQ(variable.code, 2);
  EXPECT_TRUE(has(variable, "did you mean BIZCOMMS_DATABASE_URL?")) << variable.output;
  const TemporaryFile file("[database]\nurl = \"x\"\n");
  const auto table = bizcomms({"serve", "--config", file.path()});
  EXPECT_EQ(table.code, 2);
  EXPECT_TRUE(has(table, "line 1")) << table.output;
  const auto command = bizcomms({"serv"});
  EXPECT_EQ(command.code, 2);
  EXPECT_TRUE(has(command, "did you mean \"serve\"?")) << command.output;
}

TEST(Usage, WhatIsMissingIsNamed) {
  const auto serve = bizcomms({"serve"});
  EXPECT_EQ(serve.code, 2);
  EXPECT_TRUE(has(serve, "--database-url")) << serve.output;
  const auto work = bizcomms({"work"}, {{"BIZCOMMS_DATABASE_URL", "host=/nowhere"}});
  EXPECT_EQ(work.code, 2);
  EXPECT_TRUE(has(work, "twilio-account-sid")) << work.output;
  const auto poll = bizcomms({"poll"}, {{"BIZCOMMS_DATABASE_URL", "host=/nowhere"}});
  EXPECT_EQ(poll.code, 2);
  EXPECT_TRUE(has(poll, "api-key")) << poll.output;
}

TEST(Usage, EveryCommandHasHelpWithAnExample) {
  for (const auto* command :
       {"dev", "serve", "work", "poll", "simulate", "migrate", "keys", "dlq", "check", "health", "config", "version"}) {
    const auto finished = bizcomms({command, "--help"});
    EXPECT_EQ(finished.code, 0) << command;
    EXPECT_TRUE(has(finished, std::string("Usage: bizcomms ") + command)) << finished.output;
    EXPECT_TRUE(has(finished, std::string("  bizcomms ") + command)) << finished.output;
  }
}

TEST(Version, NamesTheCommit) {
  const auto finished = bizcomms({"version"});
  EXPECT_EQ(finished.code, 0);
  EXPECT_TRUE(has(finished, "bizcomms 0.1.0 (commit ")) << finished.output;
}

TEST(Migrate, MayBeRunTwiceAndAtTheSameTime) {
  Postgres postgres;
  const Environment environment{{"BIZCOMMS_DATABASE_URL", postgres.empty_database()}};
  const auto before = bizcomms({"migrate", "--check"}, environment);
  EXPECT_EQ(before.code, 1);
  EXPECT_TRUE(has(before, "pending: 0001")) << before.output;
  Process first({binary(), "migrate"}, environment);
  Process second({binary(), "migrate"}, environment);
  EXPECT_EQ(first.wait(std::chrono::seconds{60}), 0) << first.output();
  EXPECT_EQ(second.wait(std::chrono::seconds{60}), 0) << second.output();
  EXPECT_EQ(bizcomms({"migrate"}, environment).code, 0);
  EXPECT_EQ(bizcomms({"migrate", "--check"}, environment).code, 0);
}

TEST(Serve, WithoutItsSchemaSaysWhatToDoAndComesUpOnceItIsThere) {
  Postgres postgres;
  const Environment environment{
      {"BIZCOMMS_DATABASE_URL", postgres.empty_database()}, {"BIZCOMMS_LISTEN", "127.0.0.1:0"}, {"BIZCOMMS_ADMIN_LISTEN", "127.0.0.1:0"}};
  Process serve({binary(), "serve"}, environment);
  EXPECT_TRUE(serve.wait_for_line([](const std::string& line) { return line.find("run \\\"bizcomms migrate\\\"") != std::string::npos; }))
      << serve.output();
  EXPECT_EQ(bizcomms({"migrate"}, environment).code, 0);
  EXPECT_TRUE(serve.wait_for_line([](const std::string& line) { return line.find("this cell is active") != std::string::npos; }))
      << serve.output();
}

TEST(Serve, APortInUseIsOnePlainSentence) {
  Cell cell;
  cell.start_serve();
  const auto second = cell.command({"serve"}, {{"BIZCOMMS_LISTEN", cell.api_address()}});
  EXPECT_EQ(second.code, 1);
  EXPECT_TRUE(has(second, cell.api_address() + " is already in use")) << second.output;
}

TEST(Serve, EndsAtOnceAtTheSecondSignalAndCleanlyAtTheFirst) {
  Cell cell;
  cell.start_serve({{"BIZCOMMS_DRAIN_DELAY", "1m"}});
  cell.serve().signal(SIGTERM);
  EXPECT_TRUE(eventually([&] { return cell.call("GET", "/health").status == 503; }));
  EXPECT_EQ(cell.call("GET", "/v1/alerts").status, 200);  // it goes on serving
  cell.serve().signal(SIGTERM);
  EXPECT_EQ(cell.serve().wait(std::chrono::seconds{10}), 128 + SIGTERM);
  cell.start_serve();
  cell.serve().signal(SIGINT);
  EXPECT_EQ(cell.serve().wait(std::chrono::seconds{10}), 0);
}

TEST(Keys, AreCreatedListedAndRevoked) {
  Cell cell;
  cell.start_serve();
  const auto made = cell.command({"keys", "create", "ops"});
  ASSERT_EQ(made.code, 0) << made.output;
  const auto at = made.output.find("bzk_");
  ASSERT_NE(at, std::string::npos) << made.output;
  const auto key = made.output.substr(at, made.output.find('\n', at) - at);
  EXPECT_EQ(cell.call("GET", "/v1/alerts", "", {{"X-API-Key", key}}).status, 200);
  const auto listed = cell.command({"keys", "list"});
  EXPECT_TRUE(has(listed, "ops ")) << listed.output;
  EXPECT_FALSE(has(listed, key)) << listed.output;
  EXPECT_EQ(cell.command({"keys", "create", "ops"}).code, 1);
  EXPECT_EQ(cell.command({"keys", "create", "Not A Name"}).code, 2);
  EXPECT_EQ(cell.command({"keys", "destroy"}).code, 2);
  EXPECT_EQ(cell.command({"keys", "revoke", "ops"}).code, 0);
  EXPECT_TRUE(eventually([&] { return cell.call("GET", "/v1/alerts", "", {{"X-API-Key", key}}).status == 401; }));
  EXPECT_EQ(cell.command({"keys", "revoke", "ops"}).code, 1);
}

class DeadLetters : public OnGround {};
INSTANTIATE_TEST_SUITE_P(On, DeadLetters, k_both_grounds, name_of_ground);

TEST_P(DeadLetters, WithoutAnyTheListIsEmptyAndTheRestSaysSo) {
  Cell cell(on_ground());
  EXPECT_EQ(cell.command({"dlq", "list"}).code, 0);
  EXPECT_EQ(cell.command({"dlq", "show", "12"}).code, 1);
  EXPECT_EQ(cell.command({"dlq", "replay", "--all"}).code, 0);
  EXPECT_EQ(cell.command({"dlq", "replay"}).code, 2);
}

TEST(Check, TriesEveryDependency) {
  Cell cell;
  cell.start_simulator();
  const auto well = cell.command({"check"});
  EXPECT_EQ(well.code, 0) << well.output;
  EXPECT_TRUE(has(well, "ok      database")) << well.output;
  EXPECT_TRUE(has(well, "ok      Twilio")) << well.output;
  const auto wrong = cell.command({"check"}, {{"BIZCOMMS_TWILIO_AUTH_TOKEN", "ffffffffffffffffffffffffffffffff"}});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_TRUE(has(wrong, "FAILED  Twilio")) << wrong.output;
  const auto away = cell.command({"check"}, {{"BIZCOMMS_DATABASE_URL", "host=/nowhere"}});
  EXPECT_EQ(away.code, 1);
  EXPECT_TRUE(has(away, "FAILED  database")) << away.output;
}

TEST(Health, AsksARunningRole) {
  Cell cell;
  const auto serve = cell.start("serve", {{"BIZCOMMS_LISTEN", "127.0.0.1:0"}});
  EXPECT_EQ(cell.command({"health", "serve"}, {{"BIZCOMMS_ADMIN_LISTEN", serve.admin_address}}).code, 0);
  EXPECT_EQ(cell.command({"health", "serve", "--live"}, {{"BIZCOMMS_ADMIN_LISTEN", serve.admin_address}}).code, 0);
  serve.process->kill();
  const auto gone = cell.command({"health", "serve"}, {{"BIZCOMMS_ADMIN_LISTEN", serve.admin_address}});
  EXPECT_EQ(gone.code, 1);
  EXPECT_TRUE(has(gone, "is it running?")) << gone.output;
  EXPECT_EQ(cell.command({"health", "nobody"}).code, 2);
}

TEST(Serve, TakesKeysOfTheConfigurationAndCountsTheirRequests) {
  Cell cell;
  cell.start_serve({{"BIZCOMMS_API_KEYS", "ops=a-key-that-a-person-chose,other=another-key-of-the-cell"}, {"BIZCOMMS_RATE_LIMIT", "2"}});
  const auto asked = [&](const std::string& key) { return cell.call("GET", "/v1/alerts", {}, {{"X-API-Key", key}}).status; };
  EXPECT_EQ(asked("a-key-that-a-person-chose"), 200);
  int refused = 0;
  for (int i = 0; i < 20; ++i) { refused += asked("a-key-that-a-person-chose") == 429 ? 1 : 0; }
  EXPECT_GT(refused, 0);
  EXPECT_EQ(asked("another-key-of-the-cell"), 200) << "each key has its own rate";
  EXPECT_EQ(asked("nobodys-key-nobodys-key"), 401);
}

}  // namespace
}  // namespace bizcomms::test
