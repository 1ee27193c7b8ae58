#include "app/dev_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "app/addresses.hpp"
#include "app/api_key.hpp"
#include "app/dev_words.hpp"
#include "bizcomms/alert/validation.hpp"
#include "bizcomms/api/key_ring.hpp"

namespace bizcomms::app {
namespace {

TEST(DataFolder, IsTheOneAskedForOrTheUsualOne) {
  EXPECT_EQ(*data_folder("/srv/demo", {}, true), "/srv/demo");
  EXPECT_EQ(*data_folder("", {{"HOME", "/root"}}, true), "/var/lib/bizcomms-dev");
  EXPECT_EQ(*data_folder("", {{"HOME", "/home/ann"}}, false), "/home/ann/.local/share/bizcomms-dev");
  EXPECT_EQ(*data_folder("", {{"HOME", "/home/ann"}, {"XDG_DATA_HOME", "/data"}}, false), "/data/bizcomms-dev");
  EXPECT_TRUE(data_folder("relative", {}, false)->is_absolute());
}

TEST(DataFolder, WithoutAHomeOneMustBeGiven) {
  const auto folder = data_folder("", {}, false);
  ASSERT_FALSE(folder);
  EXPECT_NE(folder.error().message.find("--data"), std::string::npos);
}

TEST(DemoRecipients, AreValidDistinctAndOfEveryKind) {
  std::set<std::string> numbers;
  std::set<std::string> tags;
  int voices = 0;
  for (int i = 0; i < k_demo_recipients; ++i) {
    const auto draft = demo_recipient(i);
    EXPECT_TRUE(alert::problems(draft).empty()) << draft.name;
    EXPECT_EQ(alert::normalised_tags(draft.tags), draft.tags) << draft.name;
    numbers.insert(draft.phone_number);
    tags.insert(draft.tags.begin(), draft.tags.end());
    voices += draft.preferences.voice_enabled ? 1 : 0;
  }
  EXPECT_EQ(numbers.size(), 20U);
  EXPECT_EQ(tags, (std::set<std::string>{"demo", "hackernews", "news", "ops", "tech"}));
  EXPECT_GT(voices, 0);
}

TEST(ApiKeys, AreLongRandomAndAcceptedByTheApi) {
  const auto key = new_api_key();
  EXPECT_TRUE(key.starts_with("bzk_"));
  EXPECT_EQ(key.size(), 47U);
  EXPECT_NE(key, new_api_key());
  EXPECT_TRUE(api::given_key("demo", key));
}

TEST(Welcome, ShowsTheKeyAndTwoCommandsThatUseIt) {
  const auto text = welcome(
      {.api = "http://127.0.0.1:8000", .phones = "http://127.0.0.1:8002/", .admin = "http://127.0.0.1:9101", .data = "/data"}, "bzk_x");
  EXPECT_NE(text.find("API key: bzk_x\n"), std::string::npos) << text;
  EXPECT_NE(text.find("curl -s http://127.0.0.1:8000/v1/alerts -H 'X-API-Key: bzk_x'"), std::string::npos) << text;
  EXPECT_NE(text.find("/status\n"), std::string::npos) << text;
  EXPECT_NE(text.find("http://127.0.0.1:8002/\n"), std::string::npos) << text;
}

TEST(Addresses, OneThatListensEverywhereIsReachedHere) {
  EXPECT_EQ(reachable("0.0.0.0:8000"), "127.0.0.1:8000");
  EXPECT_EQ(reachable("[::]:8000"), "127.0.0.1:8000");
  EXPECT_EQ(reachable("10.0.0.1:8000"), "10.0.0.1:8000");
}

TEST(Addresses, PortNoughtBecomesAFreeOne) {
  const auto address = with_a_port("127.0.0.1:0");
  ASSERT_TRUE(address);
  EXPECT_TRUE(address->starts_with("127.0.0.1:"));
  EXPECT_FALSE(address->ends_with(":0"));
  EXPECT_EQ(*with_a_port("127.0.0.1:80"), "127.0.0.1:80");
}

}  // namespace
}  // namespace bizcomms::app
