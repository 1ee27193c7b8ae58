#include "bizcomms/twilio/webhooks.hpp"

#include <gtest/gtest.h>

#include "unit/twilio/fixtures.hpp"

namespace bizcomms::twilio {
namespace {

using alert::ReportKind;

const Time k_now = *parse_rfc3339("2026-01-15T12:35:00Z");

http::Request callback(alert::Channel channel = alert::Channel::sms) {
  http::Request request;
  request.query = *http::parse_form(reference_query(delivery_id(channel), attempt_token()).substr(1));
  return request;
}

http::Parameters status_form(const std::string& status) { return {{"MessageSid", k_message_sid}, {"MessageStatus", status}}; }
http::Parameters call_form(const std::string& status) { return {{"CallSid", k_call_sid}, {"CallStatus", status}}; }

// The field that an `invalid` error names.
template <class T>
std::string wrong_field(const Result<T>& result) {
  if (result) { return "none"; }
  EXPECT_EQ(result.error().code, ErrorCode::invalid);
  return result.error().fields.empty() ? "unnamed" : result.error().fields.front().field;
}

TEST(ReferenceQuery, ComesBackAsItWent) {
  const auto report = parse_message_status(callback(alert::Channel::voice), status_form("sent"), k_now);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->id, delivery_id(alert::Channel::voice));
  EXPECT_EQ(report->token, attempt_token());
  EXPECT_EQ(report->sid, k_message_sid);
  EXPECT_EQ(report->at, k_now);
}

TEST(MessageStatus, HasItsRankAndKind) {
  struct Row {
    const char* status;
    int rank;
    ReportKind kind;
  };
  for (const Row& row :
       {Row{"accepted", 0, ReportKind::accepted}, Row{"scheduled", 0, ReportKind::accepted}, Row{"queued", 1, ReportKind::accepted},
        Row{"sending", 2, ReportKind::accepted}, Row{"sent", 3, ReportKind::sent}, Row{"delivered", 4, ReportKind::delivered},
        Row{"undelivered", 4, ReportKind::failed}, Row{"failed", 4, ReportKind::failed}, Row{"canceled", 4, ReportKind::failed},
        Row{"read", 5, ReportKind::delivered}}) {
    const auto report = parse_message_status(callback(), status_form(row.status), k_now);
    ASSERT_TRUE(report) << row.status;
    EXPECT_EQ(report->rank, row.rank) << row.status;
    EXPECT_EQ(report->kind, row.kind) << row.status;
    EXPECT_EQ(report->reason.empty(), row.kind != ReportKind::failed) << row.status;
  }
}

TEST(MessageStatus, CarriesTheErrorAsASentence) {
  auto form = status_form("undelivered");
  form.emplace_back("ErrorCode", "30005");
  const auto report = parse_message_status(callback(), form, k_now);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->error_code, 30005);
  EXPECT_EQ(report->reason, "The phone number is unknown or no longer in use.");
}

TEST(MessageStatus, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(wrong_field(parse_message_status(callback(), {{"MessageSid", "SM1"}, {"MessageStatus", "sent"}}, k_now)), "MessageSid");
  EXPECT_EQ(wrong_field(parse_message_status(callback(), {{"MessageSid", k_call_sid}, {"MessageStatus", "sent"}}, k_now)), "MessageSid");
  EXPECT_EQ(wrong_field(parse_message_status(callback(), status_form("received"), k_now)), "MessageStatus");
  EXPECT_EQ(wrong_field(parse_message_status(callback(), {{"MessageSid", k_message_sid}}, k_now)), "MessageStatus");
  for (const char* code : {"x", "-1", "1.5", "99999999999999", "30005 "}) {
    auto form = status_form("failed");
    form.emplace_back("ErrorCode", code);
    EXPECT_EQ(wrong_field(parse_message_status(callback(), form, k_now)), "ErrorCode") << code;
  }
  http::Request nowhere;
  EXPECT_EQ(wrong_field(parse_message_status(nowhere, status_form("sent"), k_now)), "d");
  nowhere.query = {{"d", delivery_id(alert::Channel::sms).to_string()}, {"t", "short"}};
  EXPECT_EQ(wrong_field(parse_message_status(nowhere, status_form("sent"), k_now)), "t");
}

TEST(Resending, IsForWhatCarriersLostAndForCallsThatNobodyTook) {
  const auto lost = [](const char* code, const ResendSettings& settings = {}) {
    auto form = status_form("undelivered");
    form.emplace_back("ErrorCode", code);
    return parse_message_status(callback(), form, k_now, settings)->resending;
  };
  ASSERT_TRUE(lost("30003"));
  EXPECT_EQ(lost("30003")->times, 1);
  EXPECT_EQ(lost("30003")->after, std::chrono::hours{1});
  EXPECT_EQ(lost("30008")->after, std::chrono::minutes{15});
  EXPECT_FALSE(lost("30007")) << "spam is not sent again";
  EXPECT_FALSE(lost("30005"));
  const auto set = lost("30003", {.lost_times = 3, .lost_after = std::chrono::seconds{2}});
  EXPECT_EQ(set->times, 3);
  EXPECT_EQ(set->after, std::chrono::seconds{2});
  const auto missed = [](const char* status) {
    return parse_call_status(callback(alert::Channel::voice), call_form(status), k_now)->resending;
  };
  for (const char* status : {"busy", "no-answer"}) {
    ASSERT_TRUE(missed(status)) << status;
    EXPECT_EQ(missed(status)->times, 2);
    EXPECT_EQ(missed(status)->after, std::chrono::minutes{3});
  }
  EXPECT_FALSE(missed("failed"));
  EXPECT_FALSE(missed("completed"));
}

TEST(CallStatus, HasItsRankKindAndReason) {
  struct Row {
    const char* status;
    int rank;
    ReportKind kind;
    const char* reason = "";
  };
  for (const Row& row :
       {Row{"queued", 0, ReportKind::accepted}, Row{"initiated", 1, ReportKind::accepted}, Row{"ringing", 2, ReportKind::accepted},
        Row{"in-progress", 3, ReportKind::sent}, Row{"completed", 4, ReportKind::delivered},
        Row{"busy", 4, ReportKind::failed, "The line was busy."}, Row{"no-answer", 4, ReportKind::failed, "Nobody answered the call."},
        Row{"failed", 4, ReportKind::failed, "The call could not be placed."},
        Row{"canceled", 4, ReportKind::failed, "The call was ended before anybody answered."}}) {
    const auto report = parse_call_status(callback(alert::Channel::voice), call_form(row.status), k_now);
    ASSERT_TRUE(report) << row.status;
    EXPECT_EQ(report->rank, row.rank) << row.status;
    EXPECT_EQ(report->kind, row.kind) << row.status;
    EXPECT_EQ(report->reason, row.reason);
  }
}

TEST(CallStatus, ReadsTheSipAnswer) {
  auto form = call_form("failed");
  form.emplace_back("SipResponseCode", "404");
  EXPECT_EQ(parse_call_status(callback(), form, k_now)->reason, "The phone number is unknown or no longer in use.");
  form.back().second = "480";
  EXPECT_EQ(parse_call_status(callback(), form, k_now)->reason, "The phone could not be reached.");
}

TEST(CallStatus, PrefersTwiliosOwnTimeUnlessItIsInTheFuture) {
  auto form = call_form("completed");
  form.emplace_back("Timestamp", "Thu, 15 Jan 2026 12:34:56 +0000");
  EXPECT_EQ(parse_call_status(callback(), form, k_now)->at, *parse_rfc3339("2026-01-15T12:34:56Z"));
  form.back().second = "Thu, 15 Jan 2026 12:36:00 +0000";
  EXPECT_EQ(parse_call_status(callback(), form, k_now)->at, k_now);
  form.back().second = "yesterday";
  EXPECT_EQ(parse_call_status(callback(), form, k_now)->at, k_now);
}

TEST(CallStatus, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(wrong_field(parse_call_status(callback(), {{"CallSid", k_message_sid}, {"CallStatus", "busy"}}, k_now)), "CallSid");
  EXPECT_EQ(wrong_field(parse_call_status(callback(), call_form("delivered"), k_now)), "CallStatus");
  EXPECT_EQ(wrong_field(parse_call_status({}, call_form("busy"), k_now)), "d");
}

TEST(Keypress, OneAcknowledgesAndAnyKeyProvesAnAnswer) {
  const auto one =
      parse_keypress(callback(alert::Channel::voice), {{"CallSid", k_call_sid}, {"Digits", "1"}, {"CallStatus", "in-progress"}}, k_now);
  ASSERT_TRUE(one);
  EXPECT_TRUE(one->report.acknowledged);
  EXPECT_EQ(one->report.rank, 3);
  EXPECT_EQ(one->report.kind, ReportKind::sent);
  const auto two = parse_keypress(callback(alert::Channel::voice), {{"CallSid", k_call_sid}, {"Digits", "2"}}, k_now);
  ASSERT_TRUE(two);
  EXPECT_FALSE(two->report.acknowledged);
  EXPECT_EQ(two->digits, "2");
}

TEST(Keypress, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(wrong_field(parse_keypress(callback(), {{"CallSid", k_call_sid}}, k_now)), "Digits");
  EXPECT_EQ(wrong_field(parse_keypress(callback(), {{"CallSid", k_call_sid}, {"Digits", "<x>"}}, k_now)), "Digits");
  EXPECT_EQ(wrong_field(parse_keypress(callback(), {{"CallSid", ""}, {"Digits", "1"}}, k_now)), "CallSid");
  EXPECT_EQ(wrong_field(parse_keypress({}, {{"CallSid", k_call_sid}, {"Digits", "1"}}, k_now)), "d");
}

TEST(OptOutWord, KnowsTwiliosDefaultWords) {
  for (const char* word : {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "stop", " Stop\r\n"}) {
    ASSERT_TRUE(opt_out_word(word)) << word;
    EXPECT_EQ(opt_out_word(word)->kind, OptOutKind::out) << word;
  }
  for (const char* word : {"START", "unstop", "Yes "}) { EXPECT_EQ(opt_out_word(word)->kind, OptOutKind::in) << word; }
  for (const char* word : {"HELP", "info"}) { EXPECT_EQ(opt_out_word(word)->kind, OptOutKind::help) << word; }
  EXPECT_EQ(opt_out_word(" stop ")->word, "STOP");
  for (const char* text : {"", "  ", "please stop", "STOP IT", "stopp", "yes please", "STOP."}) {
    EXPECT_FALSE(opt_out_word(text)) << text;
  }
}

http::Parameters inbound(const std::string& body) {
  return {{"MessageSid", k_message_sid}, {"From", k_phone}, {"To", k_sender}, {"Body", body}};
}

TEST(InboundMessage, IsReadWithItsWord) {
  const auto message = parse_inbound_message({}, inbound(" stop "), k_now);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->from, k_phone);
  EXPECT_EQ(message->to, k_sender);
  EXPECT_EQ(message->body, " stop ");
  EXPECT_EQ(message->opt_out, (OptOutWord{OptOutKind::out, "STOP"}));
  EXPECT_EQ(message->at, k_now);
  EXPECT_FALSE(parse_inbound_message({}, inbound(""), k_now)->opt_out);
}

TEST(InboundMessage, TwiliosOwnTypeGoesBeforeTheWord) {
  auto form = inbound("arret");
  form.emplace_back("OptOutType", "STOP");
  EXPECT_EQ(parse_inbound_message({}, form, k_now)->opt_out, (OptOutWord{OptOutKind::out, "STOP"}));
  form = inbound("STOP");
  form.emplace_back("OptOutType", "START");
  EXPECT_EQ(parse_inbound_message({}, form, k_now)->opt_out, (OptOutWord{OptOutKind::in, "START"}));
  form.back().second = "HELP";
  EXPECT_EQ(parse_inbound_message({}, form, k_now)->opt_out->kind, OptOutKind::help);
  form.back().second = "";
  EXPECT_EQ(parse_inbound_message({}, form, k_now)->opt_out->kind, OptOutKind::out);
}

TEST(InboundMessage, YesDoesNotUndoTheCarriersBlockOfATollFreeNumber) {
  auto form = inbound("YES");
  EXPECT_TRUE(parse_inbound_message({}, form, k_now)->opt_out);
  form[2].second = "+18005551212";
  EXPECT_FALSE(parse_inbound_message({}, form, k_now)->opt_out);
  form[3].second = "UNSTOP";
  EXPECT_TRUE(parse_inbound_message({}, form, k_now)->opt_out);
}

TEST(InboundMessage, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(wrong_field(parse_inbound_message({}, {{"From", k_phone}}, k_now)), "MessageSid");
  EXPECT_EQ(wrong_field(parse_inbound_message({}, {{"MessageSid", k_message_sid}}, k_now)), "From");
  EXPECT_EQ(wrong_field(parse_inbound_message({}, {{"MessageSid", k_message_sid}, {"From", k_phone}}, k_now)), "To");
}

}  // namespace
}  // namespace bizcomms::twilio
