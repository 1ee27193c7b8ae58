#include "bizcomms/twilio/lookup.hpp"

#include <gtest/gtest.h>

#include <map>

#include "bizcomms/crypto/crypto.hpp"
#include "unit/twilio/fixtures.hpp"
#include "unit/twilio/scripted_client.hpp"

namespace bizcomms::twilio {
namespace {

using alert::Channel;
using alert::LookupQuestion;
using namespace std::chrono_literals;

const std::string k_path = "/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef";
const Time k_started = *parse_rfc3339("2026-01-15T12:34:56Z");
const std::string k_at = "Thu, 15 Jan 2026 12:34:58 +0000";
const std::string k_too_early = "Thu, 15 Jan 2026 12:33:55 +0000";
const std::string k_an_hour_early = "Thu, 15 Jan 2026 11:34:50 +0000";
const std::string k_far_too_early = "Thu, 15 Jan 2026 10:34:50 +0000";

std::string sid(char last) { return std::string("SM0123456789abcdef0123456789abcde") + last; }

struct LookupTest : testing::Test {
  Metrics metrics;
  std::map<std::string, std::vector<std::string>> pages;  // by path: answers, one after the other; the last stays
  std::vector<std::string> asked;
  ScriptedClient client{[this](const http::ClientRequest& request) { return serve(request); }};
  std::stop_source stop;
  LookupSettings fast{
      .page_size = 2, .pages_max = 3, .in_flight_max = 4, .tries = 3, .backoff = {.first = Millis{1}, .longest = Millis{2}}};
  TwilioLookup lookup{settings(), fast, client, metrics, stop.get_token(), 1};

  // "200 <body>" or another status.
  Result<http::ClientResponse> serve(const http::ClientRequest& request) {
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.username, k_account);
    EXPECT_TRUE(request.url.starts_with("https://api.twilio.com/")) << request.url;
    const std::string path = request.url.substr(std::string("https://api.twilio.com").size());
    asked.push_back(path);
    auto& answers = pages[path];
    if (answers.empty()) { return http::ClientResponse{200, {}, R"({"messages":[],"calls":[],"next_page_uri":null})"}; }
    const std::string answer = answers.front();
    if (answers.size() > 1) { answers.erase(answers.begin()); }
    if (answer == "reset") { return Error{.code = ErrorCode::outcome_unknown, .message = "reset"}; }
    return http::ClientResponse{std::stoi(answer), {}, answer.substr(4)};
  }

  static std::string item(const std::string& item_sid, const std::string& body, const std::string& created,
                          const std::string& direction = "outbound-api") {
    return R"({"sid":")" + item_sid + R"(","to":"+15551234567","from":"+15005550006","body":")" + body +
           R"(","status":"delivered","direction":")" + direction + R"(","date_sent":null,"date_created":)" +
           (created.empty() ? "null" : '"' + created + '"') + "}";
  }
  static std::string page(const std::string& items, const std::string& next = "", const std::string& array = "messages") {
    return R"(200 {")" + array + R"(":[)" + items + R"(],"next_page_uri":)" + (next.empty() ? "null" : '"' + next + '"') + "}";
  }
  static std::string dated(Channel channel = Channel::sms, const std::string& to = "%2B15551234567") {
    return k_path + (channel == Channel::sms ? "/Messages" : "/Calls") + ".json?To=" + to + "&PageSize=2&" +
           (channel == Channel::sms ? "DateSent" : "StartTime") + "%3E=2026-01-14";
  }
  static std::string undated(Channel channel = Channel::sms) {
    return k_path + (channel == Channel::sms ? "/Messages" : "/Calls") + ".json?To=%2B15551234567&PageSize=2";
  }
  static LookupQuestion question(Channel channel = Channel::sms) {
    return {.id = delivery_id(channel),
            .to = k_phone,
            .account = k_account,
            .sender = k_sender,
            .body_hash = crypto::sha256("a text"),
            .started_at = k_started};
  }
  Result<alert::ProviderStatus> state(const alert::ProviderId& sid) { return lookup.statuses(std::span(&sid, 1)).at(0); }
  Result<std::vector<alert::Candidate>> ask(const LookupQuestion& one) { return lookup.look_up(std::vector{one}).at(0); }
};

TEST_F(LookupTest, FindsWhatWasSentAndTellsForeignBodiesApart) {
  pages[dated()] = {page(item(sid('1'), "another text", k_at) + "," + item(sid('2'), "a text", k_at))};
  const auto found = ask(question());
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).sid, sid('1'));
  EXPECT_FALSE(found->at(0).same_body);
  EXPECT_EQ(found->at(1).sid, sid('2'));
  EXPECT_TRUE(found->at(1).same_body);
  EXPECT_EQ(found->at(1).kind, alert::ReportKind::delivered);
  EXPECT_EQ(found->at(1).created_at, *parse_rfc2822(k_at));
}

TEST_F(LookupTest, AsksWithAndWithoutDateAndCountsEachMessageOnce) {
  pages[dated()] = {page(item(sid('1'), "a text", k_at))};
  pages[undated()] = {page(item(sid('1'), "a text", k_at) + "," + item(sid('2'), "a text", k_at))};
  const auto found = ask(question());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 2U);
  EXPECT_EQ(asked, (std::vector<std::string>{dated(), undated()}));
}

TEST_F(LookupTest, LeavesOutWhatIsOlderInboundOrToOthers) {
  std::string other = item(sid('4'), "a text", k_at);
  other.replace(other.find("+15551234567"), 12, "+15551234568");
  pages[dated()] = {page(item(sid('1'), "another text", k_too_early) + "," + item(sid('5'), "a text", k_far_too_early) + "," +
                         item(sid('2'), "a text", k_at, "inbound") + "," + item(sid('3'), "a text", k_at, "outbound-reply") + "," + other)};
  const auto found = ask(question());
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

TEST_F(LookupTest, AClockThatWasAnHourFastHidesNothingOfTheSameText) {
  pages[dated()] = {page(item(sid('1'), "a text", k_an_hour_early) + "," + item(sid('2'), "another text", k_an_hour_early))};
  const auto found = ask(question());
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->at(0).sid, sid('1'));
}

TEST_F(LookupTest, AMessageWithoutATimeStaysACandidate) {
  pages[undated()] = {page(item(sid('1'), "a text", ""))};
  EXPECT_EQ(ask(question())->size(), 1U);
}

TEST_F(LookupTest, KnowsATrialAccountsFirstSentence) {
  pages[dated()] = {page(item(sid('1'), "Sent from your Twilio trial account - a text", k_at))};
  EXPECT_TRUE(ask(question())->at(0).same_body);
}

TEST_F(LookupTest, FollowsPagesUntilAllIsOlder) {
  const std::string next = k_path + "/Messages.json?Page=1&PageToken=PA1";
  const std::string third = k_path + "/Messages.json?Page=2&PageToken=PA2";
  pages[dated()] = {page(item(sid('1'), "x", k_at), next)};
  pages[next] = {page(item(sid('2'), "a text", k_at) + "," + item(sid('3'), "x", k_too_early), third)};
  pages[third] = {page(item(sid('4'), "x", k_far_too_early), k_path + "/Messages.json?Page=3&PageToken=PA3")};
  const auto found = ask(question());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->size(), 2U);
  EXPECT_EQ(asked, (std::vector<std::string>{dated(), undated(), next, third}));
}

TEST_F(LookupTest, CannotTellFromAListThatHasNoEnd) {
  const std::string next = k_path + "/Messages.json?Page=1&PageToken=PA1";
  pages[dated()] = {page(item(sid('1'), "x", k_at), next)};
  pages[next] = {page(item(sid('2'), "x", k_at), next)};
  EXPECT_EQ(ask(question()).error().code, ErrorCode::unavailable);
}

TEST_F(LookupTest, FollowsNoPageToAnotherHost) {
  pages[dated()] = {page(item(sid('1'), "x", k_at), "https://evil.example/next")};
  EXPECT_EQ(ask(question()).error().code, ErrorCode::unavailable);
  pages[dated()] = {page(item(sid('1'), "x", k_at), "//evil.example/next")};
  EXPECT_EQ(ask(question()).error().code, ErrorCode::unavailable);
  pages[dated()] = {page(item(sid('1'), "x", k_at), "https://api.twilio.com" + k_path + "/2")};
  EXPECT_TRUE(ask(question()));
}

TEST_F(LookupTest, AsksForEachNumberOnceFromItsEarliestQuestion) {
  pages[dated()] = {page(item(sid('1'), "a text", k_at))};
  LookupQuestion later = question();
  later.started_at += std::chrono::hours{13};
  later.body_hash = crypto::sha256("other");
  const auto answers = lookup.look_up(std::vector{later, question()});
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_TRUE(answers[0]->empty());  // created before the later one began
  EXPECT_EQ(answers[1]->size(), 1U);
  EXPECT_EQ(asked.size(), 2U);
}

TEST_F(LookupTest, CallsMatchByNumberAndTime) {
  const std::string call =
      R"({"sid":"CA0123456789abcdef0123456789abcdef","to":"+15551234567","status":"ringing","direction":"outbound-api","start_time":null,"date_created":")" +
      k_at + R"("})";
  pages[undated(Channel::voice)] = {page(call, "", "calls")};
  const auto found = ask(question(Channel::voice));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_TRUE(found->at(0).same_body);
  EXPECT_EQ(found->at(0).sid, k_call_sid);
  EXPECT_EQ(asked, (std::vector<std::string>{dated(Channel::voice), undated(Channel::voice)}));
}

TEST_F(LookupTest, TriesAgainWhenThrottledOrReset) {
  pages[dated()] = {"429 {\"code\":20429}", "503 oops", page(item(sid('1'), "a text", k_at))};
  pages[undated()] = {"reset", page("")};
  const auto found = ask(question());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->size(), 1U);
}

TEST_F(LookupTest, GivesUpAfterItsTriesAndCannotTell) {
  pages[dated()] = {"429 {\"code\":20429}"};
  EXPECT_EQ(ask(question()).error().code, ErrorCode::unavailable);
  EXPECT_EQ(asked.size(), 4U);  // three and the other list
  pages[dated()] = {"200 <html>"};
  EXPECT_EQ(ask(question()).error().code, ErrorCode::unavailable);
}

TEST_F(LookupTest, OneFailingListLeavesTheOthersAnswers) {
  pages[dated()] = {"500 "};
  LookupQuestion other = question();
  other.to = "+15551230000";
  const auto answers = lookup.look_up(std::vector{question(), other});
  EXPECT_FALSE(answers[0]);
  EXPECT_TRUE(answers[1]);
}

TEST_F(LookupTest, RefusedAccessIsOurFault) {
  pages[undated()] = {"401 {\"code\":20003}"};
  EXPECT_EQ(ask(question()).error().code, ErrorCode::misconfigured);
}

TEST_F(LookupTest, AnotherAccountAndAnErasedNumberCannotBeAsked) {
  LookupQuestion foreign = question();
  foreign.account = "ACffffffffffffffffffffffffffffffff";
  EXPECT_EQ(ask(foreign).error().code, ErrorCode::misconfigured);
  LookupQuestion erased = question();
  erased.to = "";
  EXPECT_EQ(ask(erased).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(asked.empty());
  EXPECT_TRUE(lookup.look_up({}).empty());
}

TEST_F(LookupTest, StopsWhenAskedTo) {
  pages[dated()] = {"429 {\"code\":20429}"};
  stop.request_stop();
  EXPECT_EQ(ask(question()).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(asked.empty());
}

TEST_F(LookupTest, FetchesTheStateOfEach) {
  pages[k_path + "/Messages/" + k_message_sid + ".json"] = {R"(200 {"sid":"x","status":"undelivered","error_code":30005})"};
  pages[k_path + "/Calls/" + k_call_sid + ".json"] = {R"(200 {"status":"busy"})"};
  const std::vector<alert::ProviderId> both{k_message_sid, k_call_sid};
  const auto states = lookup.statuses(both);
  const auto& message = states.at(0);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->rank, 4);
  EXPECT_EQ(message->kind, alert::ReportKind::failed);
  EXPECT_EQ(message->error_code, 30005);
  EXPECT_EQ(message->reason, "The phone number is unknown or no longer in use.");
  EXPECT_FALSE(message->resending);
  ASSERT_TRUE(states.at(1));
  EXPECT_EQ(states[1]->reason, "The line was busy.");
  EXPECT_EQ(states[1]->resending->times, 2);
}

TEST_F(LookupTest, KnowsWhatIsSentAgain) {
  pages[k_path + "/Messages/" + k_message_sid + ".json"] = {R"(200 {"status":"undelivered","error_code":30008})",
                                                            R"(200 {"status":"failed","error_code":21610})"};
  const auto lost = state(k_message_sid);
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->resending->times, 1);
  EXPECT_EQ(lost->resending->after, 15min);
  const auto stopped = state(k_message_sid);
  ASSERT_TRUE(stopped);
  EXPECT_FALSE(stopped->resending);
}

TEST_F(LookupTest, TellsWhatTwilioDoesNotHaveFromWhatItDoesNotSay) {
  pages[k_path + "/Messages/" + k_message_sid + ".json"] = {R"(404 {"code":20404})", R"(200 {"status":"new-word"})", "200 x"};
  EXPECT_EQ(state(k_message_sid).error().code, ErrorCode::not_found);
  EXPECT_EQ(state(k_message_sid).error().code, ErrorCode::unavailable);
  EXPECT_EQ(state(k_message_sid).error().code, ErrorCode::unavailable);
  EXPECT_EQ(state("../../Accounts").error().code, ErrorCode::not_found);
}

TEST_F(LookupTest, ListsTheWordsThatCameInWhileWeWereAway) {
  const std::string path = k_path + "/Messages.json?PageSize=1000&DateSent%3E=2026-01-15&To=%2B15005550006";
  pages[path] = {page(item(sid('2'), "stop", "Thu, 15 Jan 2026 12:40:00 +0000", "inbound") + "," +
                      item(sid('1'), "start", k_at, "inbound") + "," + item(sid('5'), "hello", k_at, "inbound") + "," +
                      item(sid('6'), "help", k_at, "inbound") + "," + item(sid('3'), "stop", k_too_early, "inbound") + "," +
                      item(sid('4'), "stop", k_at))};
  const auto found = lookup.opt_words_since(k_started);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).message, sid('1'));
  EXPECT_FALSE(found->at(0).out);
  EXPECT_EQ(found->at(1).message, sid('2'));
  EXPECT_EQ(found->at(1).from, k_sender);
  EXPECT_EQ(found->at(1).word, "STOP");
  EXPECT_TRUE(found->at(1).out);
}

TEST_F(LookupTest, DoesNotKnowWhoWroteToAMessagingService) {
  Settings with = settings();
  with.senders = {k_service};
  TwilioLookup of_service(with, fast, client, metrics, {}, 1);
  EXPECT_EQ(of_service.opt_words_since(k_started).error().code, ErrorCode::misconfigured);
  EXPECT_TRUE(asked.empty());
}

TEST_F(LookupTest, TellsOfATokenThatIsRefused) {
  const Settings with = settings();
  TwilioLookup refused(with, fast, client, metrics, stop.get_token(), 1);
  int told = 0;
  with.auth_token.on_refusal([&] { ++told; });
  const alert::ProviderId id = sid('1');
  pages[k_path + "/Messages/" + id + ".json"] = {R"(401 {"code":20003,"status":401})"};
  EXPECT_EQ(refused.statuses(std::span(&id, 1)).front().error().code, ErrorCode::misconfigured);
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace bizcomms::twilio
