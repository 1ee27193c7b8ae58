#include "app/sources.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "app/secret_reader.hpp"

namespace bizcomms::app {
namespace {

// A small table of each kind of option.
struct Table {
  std::string url = "http://localhost";
  Secret token;
  LiveSecret key;
  bool trial = false;
  int workers = 4;
  double share = 0.5;
  Millis timeout{15'000};
  std::vector<std::string> tags{"a"};
  std::string form = "auto";

  std::vector<OptionGroup> groups() {
    return {{"All",
             {{"base-url", &url, "Where.", Role::serve, bounds(1, 20)},
              {"auth-token", &token, "Secret.", Role::serve},
              {"key", &key, "Secret that may change.", Role::serve},
              {"trial", &trial, "Trial.", Role::serve},
              {"workers", &workers, "How many.", Role::serve, bounds(1, 64)},
              {"share", &share, "Part.", Role::serve, bounds(0, 1)},
              {"timeout", &timeout, "How long.", Role::serve, bounds(Millis{1}, std::chrono::seconds{60})},
              {"tags", &tags, "Which.", Role::serve, bounds(0, 3)},
              {"other", &form, "Of another role.", Role::work}}}};
  }
};

class File {
public:
  explicit File(const std::string& text)
      : m_path(std::filesystem::temp_directory_path() / ("bizcomms-test-" + std::to_string(::getpid()))) {
    std::ofstream(m_path) << text;
  }
  ~File() { std::filesystem::remove(m_path); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] std::string path() const { return m_path.string(); }

private:
  std::filesystem::path m_path;
};

std::string only_problem(const Result<Origins>& loaded) {
  if (loaded) { return "loaded"; }
  return loaded.error().fields.size() == 1 ? loaded.error().fields.front().message : loaded.error().message;
}

std::string problem_of_flag(const std::string& name, const std::string& value) {
  Table table;
  return only_problem(load(table.groups(), {{{name, value}}, {}, {}}, Role::serve));
}

TEST(Sources, FlagGoesBeforeEnvironmentBeforeFileBeforeDefault) {
  const File file("workers = 10\nshare = 0.25\nbase-url = \"http://file\"\n");
  Table table;
  const auto origins =
      load(table.groups(), {{{"workers", "30"}}, {{"BIZCOMMS_WORKERS", "20"}, {"BIZCOMMS_SHARE", "0.75"}}, file.path()}, Role::serve);
  ASSERT_TRUE(origins) << origins.error().message;
  EXPECT_EQ(table.workers, 30);
  EXPECT_EQ(table.share, 0.75);
  EXPECT_EQ(table.url, "http://file");
  EXPECT_EQ(table.timeout, Millis{15'000});
  EXPECT_EQ(origins->at("workers"), "flag --workers");
  EXPECT_EQ(origins->at("share"), "environment BIZCOMMS_SHARE");
  EXPECT_EQ(origins->at("base-url"), file.path() + " line 3");
  EXPECT_FALSE(origins->contains("timeout"));
}

TEST(Sources, ReadsEveryKindFromTheFile) {
  const File file("trial = true\ntimeout = \"2s\"\ntags = [\"x\", \"y\"]\nauth-token = \"with # and \\\" inside\"\n");
  Table table;
  ASSERT_TRUE(load(table.groups(), {{}, {}, file.path()}, Role::serve));
  EXPECT_TRUE(table.trial);
  EXPECT_EQ(table.timeout, std::chrono::seconds{2});
  EXPECT_EQ(table.tags, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(table.token.reveal(), "with # and \" inside");
}

TEST(Sources, NamesOptionLimitsAndSourceOfAWrongValue) {
  EXPECT_EQ(problem_of_flag("workers", "0"), "workers is 0, but must be 1 to 64 (from flag --workers).");
  EXPECT_EQ(problem_of_flag("workers", "-1"), "workers is -1, but must be 1 to 64 (from flag --workers).");
  EXPECT_EQ(problem_of_flag("workers", "99999999999999999999"),
            "workers is 99999999999999999999, but must be 1 to 64 (from flag --workers).");
  EXPECT_EQ(problem_of_flag("workers", "many"), "workers is \"many\", but must be a whole number, 1 to 64 (from flag --workers).");
  EXPECT_EQ(problem_of_flag("share", "nan"), "share is nan, but must be 0 to 1 (from flag --share).");
  EXPECT_EQ(problem_of_flag("timeout", "61s"), "timeout is 61s, but must be 1ms to 1m (from flag --timeout).");
  EXPECT_EQ(problem_of_flag("timeout", "15"),
            "timeout is \"15\", but must be a duration such as 500ms, 15s, 5m, 24h or 14d (from flag --timeout).");
  EXPECT_EQ(problem_of_flag("trial", "yes"), "trial is \"yes\", but must be true or false (from flag --trial).");
  EXPECT_EQ(problem_of_flag("tags", "a,b,c,d"), "tags must have 0 to 3 elements (from flag --tags).");
  EXPECT_EQ(problem_of_flag("base-url", ""), "base-url is 0 bytes long, but must be 1 to 20 characters (from flag --base-url).");
}

TEST(Sources, SuggestsTheNearestKeyOfTheFile) {
  const File file("worker = 10\n");
  Table table;
  EXPECT_EQ(only_problem(load(table.groups(), {{}, {}, file.path()}, Role::serve)),
            file.path() + " line 1: there is no option \"worker\"; did you mean \"workers\"?");
}

TEST(Sources, SuggestsTheNearestVariable) {
  Table table;
  EXPECT_EQ(only_problem(load(table.groups(), {{}, {{"BIZCOMMS_BASE_ULR", "x"}}, {}}, Role::serve)),
            "There is no option for the environment variable BIZCOMMS_BASE_ULR; did you mean BIZCOMMS_BASE_URL?");
}

TEST(Sources, LeavesTheVariablesThatKubernetesAddsAlone) {
  Table table;
  const Sources sources{{}, {{"BIZCOMMS_SERVICE_HOST", "10.0.0.1"}, {"BIZCOMMS_PORT_8000_TCP_ADDR", "10.0.0.1"}}, {}};
  EXPECT_TRUE(load(table.groups(), sources, Role::serve));
}

TEST(Sources, GathersAllProblems) {
  Table table;
  const auto loaded = load(table.groups(), {{{"workers", "0"}, {"share", "2"}}, {{"BIZCOMMS_TRIAL", "?"}}, {}}, Role::serve);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().fields.size(), 3U);
}

TEST(Sources, IgnoresWhatAnotherRoleHeeds) {
  const File file("other = \"x\"\n");
  Table table;
  ASSERT_TRUE(load(table.groups(), {{}, {{"BIZCOMMS_OTHER", "y"}}, file.path()}, Role::serve));
  EXPECT_EQ(table.form, "auto");
}

TEST(Sources, RefusesABrokenFileByItsLine) {
  const File file("workers = 1\nshare = = 2\n");
  Table table;
  const auto problem = only_problem(load(table.groups(), {{}, {}, file.path()}, Role::serve));
  EXPECT_NE(problem.find("line 2"), std::string::npos) << problem;
}

TEST(Sources, RefusesATableAndAMissingFile) {
  const File file("[server]\nworkers = 1\n");
  Table table;
  EXPECT_NE(only_problem(load(table.groups(), {{}, {}, file.path()}, Role::serve)).find("write them without [server]"), std::string::npos);
  EXPECT_NE(only_problem(load(table.groups(), {{}, {}, "/nowhere/bizcomms.toml"}, Role::serve)).find("cannot be read"), std::string::npos);
}

Result<std::string> read_secret(const std::string& text, const std::map<std::string, std::string>& environment = {}) {
  return SecretReader(environment).read(text);
}

TEST(Secrets, MayPointToAVariableOrAFile) {
  const File file("from the file\n");
  EXPECT_EQ(*read_secret("env:TOKEN", {{"TOKEN", "from the variable"}}), "from the variable");
  EXPECT_EQ(*read_secret("file:" + file.path()), "from the file");
  EXPECT_EQ(*read_secret("plain"), "plain");
}

TEST(Secrets, SayPlainlyWhatTheyCannotFind) {
  EXPECT_EQ(problem_of_flag("auth-token", "env:NOT_THERE"),
            "auth-token points to the environment variable NOT_THERE, which is not set (from flag --auth-token).");
  EXPECT_EQ(problem_of_flag("auth-token", "file:/nowhere/token"),
            "auth-token points to the file /nowhere/token, which is empty or cannot be read (from flag --auth-token).");
  EXPECT_EQ(problem_of_flag("auth-token", "aws-secret:cell#token"),
            "auth-token points to AWS Secrets Manager, but AWS_REGION is not set (from flag --auth-token).");
  EXPECT_EQ(read_secret("aws-secret:#token").error().message,
            "points to AWS Secrets Manager without a name; write aws-secret:NAME or aws-secret:NAME#key");
}

TEST(Secrets, AreReadOnlyFromTheSourceThatCounts) {
  Table table;
  const auto loaded = load(table.groups(), {{{"auth-token", "given"}}, {{"BIZCOMMS_AUTH_TOKEN", "file:/nowhere/token"}}, {}}, Role::serve);
  ASSERT_TRUE(loaded) << only_problem(loaded);
  EXPECT_EQ(table.token.reveal(), "given");
  EXPECT_EQ(loaded->at("auth-token"), "flag --auth-token");
}

TEST(Secrets, KeepWhereTheyAreReadAgain) {
  const File file("first\n");
  Table table;
  ASSERT_TRUE(load(table.groups(), {{{"key", "file:" + file.path()}}, {}, {}}, Role::serve));
  EXPECT_EQ(table.key.current()->reveal(), "first");
  EXPECT_EQ(table.key.source(), "file:" + file.path());
  ASSERT_TRUE(load(table.groups(), {{{"key", "env:KEY"}}, {{"KEY", "second"}}, {}}, Role::serve));
  EXPECT_EQ(table.key.current()->reveal(), "second");
  EXPECT_EQ(table.key.source(), "");
}

}  // namespace
}  // namespace bizcomms::app
