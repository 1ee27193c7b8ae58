// compose.yaml, as far as it can be tried without containers: what it says of each service, and the real binary's roles with the very
// environment that it gives them, on resources that its own script has made at moto.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "support/aws/moto.hpp"
#include "support/cell.hpp"

namespace bizcomms::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* k_file = SOURCE_DIR "/compose.yaml";
constexpr const char* k_demo_key = "local-demo-key-0123456789";

// ${NAME:-default} is its default, as where nothing is set.
std::string with_defaults(const std::string& text) {
  static const std::regex variable(R"(\$\{\w+:-([^}]*)\})");
  return std::regex_replace(text, variable, "$1");
}

std::string replaced(std::string text, const std::map<std::string, std::string>& parts) {
  for (const auto& [from, to] : parts) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) { text.replace(at, from.size(), to); }
  }
  return text;
}

std::vector<std::string> words_of(json::Value list) {
  std::vector<std::string> words;
  for (const auto& word : list.elements()) { words.push_back(word.as_string().value_or("")); }
  return words;
}

class Compose : public testing::Test {
protected:
  void SetUp() override {
    const auto read =
        run({"/usr/bin/python3", "-c", "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))", k_file});
    ASSERT_EQ(read.code, 0) << read.output;
    auto parsed = json::Document::parse(with_defaults(read.output), {.bytes = std::size_t{1024} * 1024});
    ASSERT_TRUE(parsed) << parsed.error().message;
    document.emplace(*std::move(parsed));
  }
  [[nodiscard]] json::Value services() { return document->root()["services"]; }
  [[nodiscard]] bool is_ours(json::Value service) { return service["image"].as_string() == "bizcomms:local"; }
  [[nodiscard]] bool ends(json::Value service) { return service["restart"].as_string() == "no"; }
  [[nodiscard]] Environment environment_of(const std::string& name, const std::map<std::string, std::string>& hosts = {}) {
    Environment environment;
    for (const auto& [variable, value] : services()[name]["environment"].members()) {
      EXPECT_TRUE(value.as_string()) << variable << " of " << name << " is not a text";
      environment[variable] = replaced(value.as_string().value_or(""), hosts);
    }
    return environment;
  }

  std::optional<json::Document> document;
};

TEST_F(Compose, PinsEveryImageThatItDoesNotBuild) {
  const std::regex pinned(R"(^[a-z0-9./-]+:[0-9]+\.[0-9]+(\.[0-9]+)?[a-z0-9.-]*$)");
  for (const auto& [name, service] : services().members()) {
    const auto image = service["image"].as_string().value_or("");
    if (!service["build"].is_null()) { continue; }
    EXPECT_TRUE(std::regex_match(image, pinned)) << name << ": " << image;
  }
  std::ifstream pins(SOURCE_DIR "/tests/support/emulators/moto/requirements.txt");
  std::stringstream text;
  text << pins.rdbuf();
  const auto moto = services()["moto"]["image"].as_string().value_or("");
  EXPECT_NE(text.str().find("moto[server]==" + moto.substr(moto.find(':') + 1) + "\n"), std::string::npos) << "tests run another moto";
}

TEST_F(Compose, AsksEveryServiceThatStaysWhetherItIsHealthy) {
  for (const auto& [name, service] : services().members()) {
    const auto test = words_of(service["healthcheck"]["test"]);
    EXPECT_NE(test.empty(), !ends(service)) << name;
    if (!is_ours(service) || ends(service)) { continue; }
    EXPECT_EQ(test, (std::vector<std::string>{"CMD", "bizcomms", "health", words_of(service["command"]).front()})) << name;
  }
}

TEST_F(Compose, WaitsForWhatItNeeds) {
  for (const auto& [name, service] : services().members()) {
    for (const auto& [needed, how] : service["depends_on"].members()) {
      const auto other = services()[needed];
      ASSERT_TRUE(other.is_object()) << name << " needs " << needed;
      EXPECT_EQ(how["condition"].as_string(), ends(other) ? "service_completed_successfully" : "service_healthy") << name << ", " << needed;
    }
  }
}

TEST_F(Compose, IsReachedFromThisMachineAlone) {
  for (const auto& [name, service] : services().members()) {
    for (const auto& port : words_of(service["ports"])) { EXPECT_TRUE(port.starts_with("127.0.0.1:")) << name << ": " << port; }
  }
}

// All services as processes here, in the order in which compose would start them.
class ComposedCell : public Compose {
protected:
  void SetUp() override {
    if (const auto why = missing_emulators({"moto"}); !why.empty()) { GTEST_SKIP() << why; }
    Compose::SetUp();
    postgres = std::make_unique<Postgres>();
    moto = std::make_unique<Moto>();
    const auto database = postgres->empty_database();
    hosts = {{"postgresql://bizcomms:local@postgres:5432/bizcomms", database},
             {"http://moto:5000", moto->url()},
             {"http://serve:8000", "http://" + api},
             {"http://simulator:8002", "http://" + phones},
             {"0.0.0.0:8000", api},
             {"0.0.0.0:8002", phones}};
  }
  [[nodiscard]] Environment environment(const std::string& name) { return environment_of(name, hosts); }

  void make_resources() {
    const auto made = run({(emulator_folder("moto") / "bin" / "python").string(), SOURCE_DIR "/config/compose/create_resources.py"},
                          environment("resources"));
    ASSERT_EQ(made.code, 0) << made.output;
  }
  void start(const std::string& name) {
    auto all = environment(name);
    all["BIZCOMMS_ADMIN_LISTEN"] = free_address();
    auto command = words_of(services()[name]["command"]);
    command.insert(command.begin(), binary());
    running[name] = std::make_unique<Process>(command, all);
    auto question = words_of(services()[name]["healthcheck"]["test"]);
    ASSERT_GE(question.size(), 2U);
    question.erase(question.begin(), question.begin() + 2);  // CMD and the binary
    question.insert(question.begin(), binary());
    EXPECT_TRUE(eventually([&] { return run(question, all).code == 0; })) << name << ": " << running[name]->output();
  }
  Answer ask(const std::string& method, const std::string& url, const std::string& body = {}) {
    http::ClientRequest request{.method = method, .url = url, .headers = {{"X-API-Key", k_demo_key}}, .body = body};
    if (!body.empty()) { request.headers.add("Content-Type", "application/json"); }
    const auto answer = http::fetch(client, std::move(request));
    return answer ? Answer{answer->status, answer->body, answer->headers} : Answer{0, answer.error().message, {}};
  }

  std::unique_ptr<Postgres> postgres;
  std::unique_ptr<Moto> moto;
  std::string api = free_address();
  std::string phones = free_address();
  std::map<std::string, std::string> hosts;
  Log log = Log::silent();
  Metrics metrics;
  http::CurlClient client{{}, log, metrics};
  std::map<std::string, std::unique_ptr<Process>> running;
};

TEST_F(ComposedCell, GivesOptionsThatThereAre) {
  make_resources();
  for (const auto& [name, service] : services().members()) {
    if (!is_ours(service)) { continue; }
    const auto all = environment(name);
    const auto shown = run({binary(), "config"}, all);
    EXPECT_EQ(shown.code, 0) << name << ": " << shown.output;
    for (const auto& [variable, value] : all) {
      if (!variable.starts_with("BIZCOMMS_")) { continue; }
      EXPECT_NE(shown.output.find("environment " + variable), std::string::npos) << name << " is given " << variable;
    }
  }
}

TEST_F(ComposedCell, AnAlertArrivesAtThePhones) {
  make_resources();
  make_resources();  // the next start finds them there
  const auto migrated = run({binary(), "migrate"}, environment("migrate"));
  ASSERT_EQ(migrated.code, 0) << migrated.output;
  for (const char* name : {"simulator", "serve", "work", "poll"}) { ASSERT_NO_FATAL_FAILURE(start(name)); }
  const auto checked = run({binary(), "check"}, environment("work"));
  EXPECT_EQ(checked.code, 0) << checked.output;
  const auto made =
      ask("POST", "http://" + api + "/v1/recipients", R"({"name":"Ann Example","phone_number":"+15551000001","tags":["news"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto posted =
      ask("POST", "http://" + api + "/v1/alerts", R"({"title":"Disk full","message":"Host 7.","recipient_filters":{"tags":["news"]}})");
  ASSERT_EQ(posted.status, 202) << posted.body;
  const auto alert = "http://" + api + "/v1/alerts/" + posted.json()["alert_id"].as_string().value_or("") + "/status";
  const auto delivered = [&] { return ask("GET", alert).json()["delivery_status"]["delivered"].as_int() == 1; };
  EXPECT_TRUE(eventually(delivered, 60s)) << ask("GET", alert).body << running["work"]->output();
  const auto record = ask("GET", "http://" + phones + "/simulator/record");
  ASSERT_EQ(record.json()["items"].elements().size(), 1U);
  EXPECT_EQ(record.json()["items"].elements()[0]["to"].as_string(), "+15551000001");
}

}  // namespace
}  // namespace bizcomms::test
