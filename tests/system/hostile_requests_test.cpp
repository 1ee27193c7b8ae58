// Requests that no honest client sends, with a valid key: each gets its 4xx, none is stored, and the next one is served.
#include <gtest/gtest.h>

#include "system/well_behaved.hpp"

namespace bizcomms::test {
namespace {

using http::RawClient;

struct Attack {
  std::string name;
  int status;
  std::string bytes;
};

class HostileRequest : public testing::Test {
protected:
  void SetUp() override { cell.start_serve(); }

  [[nodiscard]] std::string get(const std::string& target, const std::string& fields = {}) const {
    return keyed_request(cell.key(), "GET", target, {}, fields);
  }
  [[nodiscard]] std::string post(const std::string& body) const { return keyed_request(cell.key(), "POST", "/v1/alerts", body); }
  // A POST whose framing is up to the attacker.
  [[nodiscard]] std::string framed(const std::string& fields, const std::string& after) const {
    return keyed_request(cell.key(), "POST", "/v1/alerts", {}, "Content-Type: application/json\r\n" + fields) + after;
  }

  void expect_all_refused(const std::vector<Attack>& attacks) {
    WellBehaved client(cell, "X-Forwarded-For: 192.0.2.7\r\n");
    ASSERT_TRUE(client.goes_on(5)) << client.complaints();
    const auto before = memory_of(cell.serve().pid());
    for (const auto& attack : attacks) {
      RawClient attacker(cell.api_address());
      attacker.send(attack.bytes);  // may fail half-way: nothing is read for ever
      const auto answer = attacker.answer();
      EXPECT_EQ(answer.status, attack.status) << attack.name << ": " << answer.body;
      EXPECT_EQ(answer.body.find("\"alert_id\""), std::string::npos) << attack.name;
      if (answer.field("Connection") == "close") {
        EXPECT_EQ(attacker.rest().find("HTTP/1.1"), std::string::npos) << attack.name << " was taken for two requests";
      } else {
        EXPECT_EQ(attacker.ask(get("/v1/recipients")).status, 200) << attack.name << ": the same connection goes on";
      }
    }
    EXPECT_TRUE(client.goes_on(5)) << client.complaints();
    expect_memory_bounded(cell.serve().pid(), before, 64 * k_mib);
  }
  // Everything stored comes from the client that behaves.
  void expect_nothing_stored() {
    std::string cursor;
    do {
      const auto page = cell.call("GET", "/v1/alerts?limit=200" + cursor);
      ASSERT_EQ(page.status, 200) << page.body;
      for (const auto& alert : page.json()["alerts"].elements()) { EXPECT_EQ(alert["title"].as_string(), "Sound"); }
      cursor = "&cursor=" + page.json()["next_cursor"].as_string().value_or("");
    } while (cursor != "&cursor=");
  }

  Cell cell;
};

std::string alert_with(const std::string& members) { return R"({"title":"Evil","message":"M",)" + members + "}"; }
std::string titled(const std::string& title) { return R"({"message":"M","title":")" + title + R"("})"; }
std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) { all += text; }
  return all;
}

TEST_F(HostileRequest, NoBodyThatIsNotPlainJsonIsTaken) {
  const std::string deep = repeated("[", 100'000);
  const std::string number(100'000, '9');
  const auto bad = [&](const std::string& name, const std::string& body) { return Attack{name, 400, post(body)}; };
  expect_all_refused({
      bad("100,000 arrays in each other", deep + repeated("]", 100'000)),
      bad("never closed", deep),
      bad("objects in each other", repeated(R"({"a":)", 50'000) + "1" + repeated("}", 50'000)),
      bad("deep in a field", alert_with(R"("recipient_filters":{"tags":)" + repeated("[", 5'000) + repeated("]", 5'000) + "}")),
      bad("a number of 100,000 digits", alert_with("\"priority\":" + number)),
      bad("1e999999999", alert_with("\"priority\":1e999999999")),
      bad("-1e-999999999", alert_with("\"priority\":-1e-999999999")),
      bad("NaN", alert_with("\"priority\":NaN")),
      bad("hexadecimal", alert_with("\"priority\":0x10")),
      bad("a title twice", R"({"title":"Evil","title":"Evil","message":"M"})"),
      bad("100,000 members", "{" + repeated(R"("a":1,)", 100'000) + R"("b":1})"),
      bad("100,000 tags", alert_with(R"("recipient_filters":{"tags":[)" + repeated(R"("a",)", 100'000) + R"("b"]})")),
      bad("a title of 900 KB", titled(std::string(900'000, 'x'))),
      bad("stray continuation byte", titled("Evil \x80")),
      bad("overlong slash", titled("Evil \xc0\xaf")),
      bad("encoded surrogate", titled("Evil \xed\xa0\x80")),
      bad("above U+10FFFF", titled("Evil \xf4\x90\x80\x80")),
      bad("cut-off sequence", titled("Evil \xe2\x82")),
      bad("lone high surrogate", titled(R"(Evil \ud800)")),
      bad("lone low surrogate", titled(R"(Evil \udc00)")),
      bad("NUL in a text", titled(R"(Evil \u0000)")),
      bad("raw control character", titled("Evil \x01")),
      bad("UTF-16", std::string("\xff\xfe{\0\"\0", 6)),
      bad("byte order mark", "\xef\xbb\xbf" + titled("Evil")),
      bad("comment", "{/* */\"title\":\"Evil\",\"message\":\"M\"}"),
      bad("something behind it", titled("Evil") + "{}"),
      bad("an unknown member", alert_with(R"("__proto__":{"admin":true})")),
  });
  expect_nothing_stored();
}

TEST_F(HostileRequest, NothingIsReadBeyondItsLimits) {
  std::string fields;
  for (int i = 0; i < 2'000; ++i) { fields += "X-" + std::to_string(i) + ": " + std::string(20, 'a') + "\r\n"; }
  const std::string chunks = repeated("8000\r\n" + std::string(0x8000, ' ') + "\r\n", 40);
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  expect_all_refused({
      {"a field of 1 MB", 431, get("/v1/alerts", "X: " + std::string(1'000'000, 'a') + "\r\n")},
      {"2,000 fields", 431, get("/v1/alerts", fields)},
      {"a target of 100 KB", 414, get("/v1/alerts?" + std::string(100'000, 'a'))},
      {"a length of 2 MB", 413, framed("Content-Length: 2000000\r\n", std::string(2'000'000, ' '))},
      {"a length of 18 digits", 413, framed("Content-Length: " + std::string(18, '9') + "\r\n", "{}")},
      {"a length of 100 digits", 400, framed("Content-Length: " + std::string(100, '9') + "\r\n", "{}")},
      {"chunks of 1.3 MB", 413, framed(chunked, chunks + "0\r\n\r\n")},
      {"a million chunks of a byte", 413, framed(chunked, repeated("1\r\na\r\n", 1'100'000))},
      {"an endless chunk extension", 400, framed(chunked, "1;" + std::string(1'000'000, 'a'))},
      {"an endless trailer", 400, framed(chunked, "0\r\nX: " + std::string(1'000'000, 'a'))},
  });
  expect_nothing_stored();
}

TEST_F(HostileRequest, NothingIsTakenForTwoRequests) {
  const std::string evil = titled("Evil");
  const std::string second = post(evil);
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  const auto length = [](std::size_t of) { return "Content-Length: " + std::to_string(of) + "\r\n"; };
  expect_all_refused({
      {"two lengths", 400, framed(length(0) + length(second.size()), second)},
      {"twice the same length", 400, framed(length(evil.size()) + length(evil.size()), evil + second)},
      {"a list of lengths", 400, framed("Content-Length: 0, " + std::to_string(second.size()) + "\r\n", second)},
      {"length and chunks", 400, framed(length(5) + chunked, "0\r\n\r\n" + second)},
      {"a hidden encoding", 400, framed("Transfer-Encoding: xchunked\r\n" + length(0), second)},
      {"a chunk longer than it says", 400, framed(chunked, "1\r\n" + evil + "\r\n0\r\n\r\n" + second)},
      {"a chunk size beyond 64 bits", 400, framed(chunked, "10000000000000001\r\na\r\n0\r\n\r\n" + second)},
      {"a body on GET", 400, get("/v1/alerts", length(second.size())) + second},
      {"a bare LF", 400, "POST /v1/alerts HTTP/1.1\nHost: h\nX-API-Key: " + cell.key() + "\n\n" + second},
      {"a folded field", 400, get("/v1/alerts", "X: a\r\n " + length(second.size())) + second},
  });
  expect_nothing_stored();
}

TEST_F(HostileRequest, PercentEncodingOpensNothing) {
  std::vector<Attack> attacks;
  for (const auto* target : {"/v1/alerts%00", "/v1/alerts/%zz", "/v1/alerts/%", "/v1/alerts/%c0%af", "/v1/alerts/%ed%a0%80",
                             "/v1/alerts/%0d%0aX-Admin:%20yes", "/v1/alerts/%f5%80%80%80", "/v1/alerts?status=queued%0aX"}) {
    attacks.push_back({target, 400, get(target)});
  }
  for (const auto* target : {"/v1/alerts/..%2f..%2fhealth", "/v1/alerts/%2e%2e/recipients", "/v1/alerts/../recipients", "/v1//alerts",
                             "/v1/alerts%2fstatus", "/v1/alerts/%2500", "/v1/alerts/%27%20OR%201=1--", "/%2e/metrics"}) {
    attacks.push_back({target, 404, get(target)});
  }
  for (const auto* target :
       {"/v1/alerts?limit=%31%30%30%30", "/v1/alerts?limit=1&limit=1", "/v1/alerts?cursor=%00", "/v1/alerts?cursor=AAAA",
        "/v1/alerts?limit=%ff", "/v1/alerts?limit=99999999999999999999", "/v1/alerts?created_after=%ef%bc%91"}) {
    attacks.push_back({target, 400, get(target)});
  }
  expect_all_refused(attacks);
}

}  // namespace
}  // namespace bizcomms::test
