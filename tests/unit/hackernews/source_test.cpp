#include "bizcomms/hackernews/source.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "unit/hackernews/scripted_client.hpp"

namespace bizcomms::hackernews {
namespace {

const std::string k_base = "http://news.test";

SourceSettings settings() { return {.base_url = k_base + "/", .tries = 3, .backoff = {Millis{1}, Millis{1}}}; }

std::string fixture(const std::string& name) {
  std::ifstream file(std::string(SOURCE_DIR) + "/tests/fixtures/hackernews/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class SourceTest : public testing::Test {
protected:
  Result<std::optional<alert::Story>> fetch(alert::StoryId id, const std::string& body) {
    client.script("GET " + k_base + "/v0/item/" + std::to_string(id) + ".json", 200, body);
    return source.fetch(id);
  }
  Result<std::optional<alert::Story>> fetch(alert::StoryId id) { return fetch(id, fixture("item/" + std::to_string(id) + ".json")); }

  ScriptedClient client;
  HackerNewsSource source{settings(), client, Log::silent()};
};

TEST_F(SourceTest, ReadsTheTopInOrderAndNoMoreThanAsked) {
  client.script("GET " + k_base + "/v0/topstories.json", 200, fixture("topstories.json"));
  const auto top = source.top(3);
  ASSERT_TRUE(top);
  EXPECT_EQ(*top, (std::vector<alert::StoryId>{42177767, 38498109, 21233041}));
  EXPECT_EQ(source.top(500)->back(), 99999999999);
}

TEST_F(SourceTest, ReadsAStory) {
  const auto story = fetch(8863);
  ASSERT_TRUE(story && *story);
  EXPECT_EQ((*story)->title, "My YC app: Dropbox - Throw away your USB drive");
  EXPECT_EQ((*story)->url, "http://www.getdropbox.com/u/2/screencast.html");
}

TEST_F(SourceTest, GivesAskHnAndPollsTheirPage) {
  EXPECT_EQ((**fetch(121003)).url, "https://news.ycombinator.com/item?id=121003");
  EXPECT_EQ((**fetch(126809)).url, "https://news.ycombinator.com/item?id=126809");
  EXPECT_EQ((**fetch(1, R"({"id":1,"type":"story","title":"t","url":""})")).url, page_of(1));
  EXPECT_EQ((**fetch(2, R"j({"id":2,"type":"story","title":"t","url":"javascript:alert(1)"})j")).url, page_of(2));
}

TEST_F(SourceTest, DecodesTitles) {
  EXPECT_EQ((**fetch(5, R"({"id":5,"type":"story","title":"Show HN: A &amp; B","url":"https://x.test/?a=1&b=2"})")).title,
            "Show HN: A & B");
}

TEST_F(SourceTest, SkipsJobsCommentsPollOptionsDeadAndDeleted) {
  EXPECT_FALSE(*fetch(192327));
  EXPECT_FALSE(*fetch(2921983));
  EXPECT_FALSE(*fetch(160705));
  EXPECT_FALSE(*fetch(3, R"({"id":3,"type":"story","title":"t","dead":true})"));
  EXPECT_FALSE(*fetch(4, R"({"id":4,"deleted":true})"));
}

TEST_F(SourceTest, WaitsForAnItemThatIsNull) {
  const auto story = fetch(99999999999, "null");
  ASSERT_FALSE(story);
  EXPECT_EQ(story.error().code, ErrorCode::unavailable);
}

TEST_F(SourceTest, TriesTemporaryFailuresAgain) {
  const std::string line = "GET " + k_base + "/v0/topstories.json";
  client.script(line, 503, "");
  client.script(line, 429, "");
  client.script(line, 200, "[1]");
  EXPECT_EQ(source.top(30)->size(), 1U);
  EXPECT_EQ(client.requests.size(), 3U);
}

TEST_F(SourceTest, GivesUpAtOnceOnWhatWillNotChange) {
  client.script("GET " + k_base + "/v0/topstories.json", 401, R"({"error":"Permission denied"})");
  const auto top = source.top(30);
  ASSERT_FALSE(top);
  EXPECT_EQ(top.error().code, ErrorCode::unavailable);
  EXPECT_EQ(client.requests.size(), 1U);
}

TEST_F(SourceTest, RefusesAnAnswerThatIsNoList) {
  client.script("GET " + k_base + "/v0/topstories.json", 200, "<html>");
  EXPECT_FALSE(source.top(30));
}

TEST_F(SourceTest, ReadsAtMostOneMebibyte) {
  (void)fetch(8863);
  EXPECT_EQ(client.requests.back().body_bytes_max, 1024U * 1024U);
}

}  // namespace
}  // namespace bizcomms::hackernews
