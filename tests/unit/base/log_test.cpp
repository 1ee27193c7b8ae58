#include "bizcomms/base/log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bizcomms/base/secret.hpp"

namespace bizcomms {
namespace {

class Lines {
public:
  [[nodiscard]] Log log(LogFormat format, LogLevel level = LogLevel::info) {
    return Log({level, format}, [this](std::string_view line) { m_lines.emplace_back(line); });
  }
  [[nodiscard]] const std::vector<std::string>& all() const { return m_lines; }
  // The line from the message on: what comes before is the time.
  [[nodiscard]] std::string last_from(std::string_view start) const { return m_lines.back().substr(m_lines.back().find(start)); }

private:
  std::vector<std::string> m_lines;
};

TEST(Log, WritesOneJsonObjectALine) {
  Lines lines;
  lines.log(LogFormat::json).info("alert accepted", {{"alert_id", "alert_1"}, {"count", 3}, {"seconds", 0.25}, {"urgent", true}});
  EXPECT_EQ(lines.last_from("\"level\""),
            R"("level":"info","message":"alert accepted","alert_id":"alert_1","count":3,"seconds":0.25,"urgent":true})");
}

TEST(Log, EscapesWhatWouldBreakALine) {
  Lines lines;
  lines.log(LogFormat::json).info("m", {{"text", "a\"b\\c\nd\x1b"}});
  EXPECT_EQ(lines.last_from("\"text\""), "\"text\":\"a\\\"b\\\\c\\u000ad\\u001b\"}");
  lines.log(LogFormat::text).info("m", {{"text", "two\nlines"}, {"plain", "x"}});
  EXPECT_EQ(lines.last_from("text="), "text=\"two\\u000alines\" plain=x");
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  Lines lines;
  const auto log = lines.log(LogFormat::json, LogLevel::warning);
  log.info("no");
  log.warning("yes");
  EXPECT_EQ(lines.all().size(), 1U);
}

TEST(Log, CopiesAddTheirFieldsToEveryLine) {
  Lines lines;
  const auto log = lines.log(LogFormat::json).with({{"cell", "use1-01"}});
  log.info("a", {{"n", 1}});
  EXPECT_EQ(lines.last_from("\"message\""), R"("message":"a","cell":"use1-01","n":1})");
}

TEST(Log, WritesAnErrorWithItsCause) {
  Lines lines;
  Error error{ErrorCode::unavailable, "The database cannot be reached.", "connection refused"};
  lines.log(LogFormat::json).error("publish failed", error);
  EXPECT_EQ(lines.last_from("\"error\":"),
            R"("error":"unavailable","detail":"The database cannot be reached.","cause":"connection refused"})");
}

TEST(MaskedNumber, NeverShowsMoreThanHeadAndTail) {
  EXPECT_EQ(masked_number("+15551234567"), "+1555*****67");
  EXPECT_EQ(masked_number("+123456"), "*******");
  EXPECT_EQ(masked_number(""), "");
}

}  // namespace
}  // namespace bizcomms
