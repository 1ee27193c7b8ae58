#include "app/command_line.hpp"

#include <gtest/gtest.h>

namespace bizcomms::app {
namespace {

struct Line {
  std::string url = "http://localhost";
  bool trial = false;
  int workers = 4;
  Secret token{"do not show"};
  std::vector<Usage> usages{{Role::serve, "Serve.", "More.", {"bizcomms serve --workers 8"}},
                            {Role::keys,
                             "Keys.",
                             "",
                             {"bizcomms keys create ops"},
                             {{"ACTION", "create, list"}, {"NAME", "Whose.", false, true}},
                             {{"all", "All."}}},
                            {Role::version, "Version.", "", {}}};

  ParsedCommandLine parse(const std::vector<std::string>& arguments) {
    const std::vector<OptionGroup> groups{{"All",
                                           {{"base-url", &url, "Where.", Role::serve | Role::keys},
                                            {"trial", &trial, "Trial.", Role::serve},
                                            {"workers", &workers, "How many.", Role::serve, bounds(1, 64)},
                                            {"auth-token", &token, "Secret.", Role::serve}}}};
    return parse_command_line(arguments, usages, groups);
  }
};

using Flags = std::vector<std::pair<std::string, std::string>>;

TEST(CommandLine, GathersFlagsByTheirOption) {
  const auto parsed = Line().parse({"serve", "--workers", "8", "--base-url=x=y", "--trial", "--config", "a.toml"});
  ASSERT_TRUE(parsed.invocation) << parsed.printed.text;
  EXPECT_EQ(parsed.invocation->role, Role::serve);
  EXPECT_EQ(parsed.invocation->flags, (Flags{{"base-url", "x=y"}, {"trial", "true"}, {"workers", "8"}}));
  EXPECT_EQ(parsed.invocation->config_file, "a.toml");
}

TEST(CommandLine, ASwitchMayBeTurnedOff) {
  const auto parsed = Line().parse({"serve", "--trial=false"});
  ASSERT_TRUE(parsed.invocation) << parsed.printed.text;
  EXPECT_EQ(parsed.invocation->flags, (Flags{{"trial", "false"}}));
}

TEST(CommandLine, TheLastOfARepeatedFlagCounts) {
  const auto parsed = Line().parse({"serve", "--workers", "8", "--workers", "9"});
  ASSERT_TRUE(parsed.invocation) << parsed.printed.text;
  EXPECT_EQ(parsed.invocation->flags, (Flags{{"workers", "9"}}));
}

TEST(CommandLine, TakesANegativeNumberAsTheValueOfItsFlag) {
  const auto parsed = Line().parse({"serve", "--workers=-5"});
  ASSERT_TRUE(parsed.invocation) << parsed.printed.text;
  EXPECT_EQ(parsed.invocation->flags, (Flags{{"workers", "-5"}}));
}

TEST(CommandLine, GathersWordsAndSwitches) {
  const auto parsed = Line().parse({"keys", "create", "ops", "web", "--all"});
  ASSERT_TRUE(parsed.invocation) << parsed.printed.text;
  EXPECT_EQ(parsed.invocation->words, (std::vector<std::string>{"create", "ops", "web"}));
  EXPECT_TRUE(parsed.invocation->switches.contains("all"));
}

TEST(CommandLine, AWordMayBeTheNameOfACommand) {
  const auto parsed = Line().parse({"keys", "serve", "version"});
  ASSERT_TRUE(parsed.invocation) << parsed.printed.text;
  EXPECT_EQ(parsed.invocation->role, Role::keys);
  EXPECT_EQ(parsed.invocation->words, (std::vector<std::string>{"serve", "version"}));
}

void expect_wrong(const std::vector<std::string>& arguments, const std::string& sentence) {
  const auto parsed = Line().parse(arguments);
  ASSERT_FALSE(parsed.invocation);
  EXPECT_EQ(parsed.printed.exit_code, 2);
  EXPECT_NE(parsed.printed.text.find(sentence), std::string::npos) << parsed.printed.text;
}

TEST(CommandLine, SuggestsWhatWasMeant) {
  expect_wrong({"serv"}, "there is no command \"serv\"; did you mean \"serve\"?");
  expect_wrong({"serve", "--worker", "8"}, "serve has no option --worker; did you mean --workers?");
  expect_wrong({"keys", "list", "--workers", "8"}, "keys does not use --workers; it belongs to serve.");
  expect_wrong({"serve", "now"}, "serve does not take the word \"now\".");
  expect_wrong({"serve", "--workers"}, "--workers");
  expect_wrong({"keys"}, "ACTION");
  expect_wrong({}, "Subcommands");
}

TEST(CommandLine, HelpShowsDefaultsAndExamplesButNoSecret) {
  const auto parsed = Line().parse({"serve", "--help"});
  ASSERT_FALSE(parsed.invocation);
  EXPECT_EQ(parsed.printed.exit_code, 0);
  EXPECT_NE(parsed.printed.text.find("How many. [4]"), std::string::npos) << parsed.printed.text;
  EXPECT_NE(parsed.printed.text.find("bizcomms serve --workers 8"), std::string::npos) << parsed.printed.text;
  EXPECT_EQ(parsed.printed.text.find("do not show"), std::string::npos) << parsed.printed.text;
}

TEST(CommandLine, VersionIsAlsoAFlag) {
  const auto parsed = Line().parse({"--version"});
  ASSERT_TRUE(parsed.invocation);
  EXPECT_EQ(parsed.invocation->role, Role::version);
}

}  // namespace
}  // namespace bizcomms::app
