#include "bizcomms/twilio/sender.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "bizcomms/crypto/crypto.hpp"
#include "bizcomms/twilio/twiml.hpp"
#include "bizcomms/twilio/webhooks.hpp"
#include "support/kept_spans.hpp"
#include "unit/twilio/fixtures.hpp"
#include "unit/twilio/scripted_client.hpp"

namespace bizcomms::twilio {
namespace {

using alert::Channel;

// Answers when the test says so.
struct LateClient final : http::Client {
  void send(http::ClientRequest /*request*/, std::function<void(Result<http::ClientResponse>)> done) override { pending = std::move(done); }
  std::function<void(Result<http::ClientResponse>)> pending{};
};

struct SenderTest : testing::Test {
  ManualClock clock;
  Metrics metrics;
  ScriptedClient client;

  alert::Dispatch dispatch(Channel channel, const std::string& from = k_sender) const {
    alert::Dispatch result;
    result.id = delivery_id(channel);
    result.token = attempt_token();
    result.to = k_phone;
    result.sender = from;
    result.title = "Olá";
    result.message = "50% & more";
    result.lease_ends = clock.steady() + std::chrono::seconds{60};
    return result;
  }

  Result<alert::ProviderId> send(const alert::Dispatch& what, const Settings& with = settings()) {
    TwilioSender sender(with, client, clock, metrics);
    std::optional<Result<alert::ProviderId>> ended;
    sender.send(what, [&ended](Result<alert::ProviderId> result) {
      EXPECT_FALSE(ended) << "done runs once";
      ended.emplace(std::move(result));
    });
    EXPECT_TRUE(ended);
    return *std::move(ended);
  }

  Error error_of_sending(Channel channel = Channel::sms) {
    const auto sent = send(dispatch(channel));
    EXPECT_FALSE(sent);
    return sent ? Error{} : sent.error();
  }

  void accept(const std::string& sid = k_message_sid) {
    client.answer(201, R"({"sid":")" + sid + R"(","status":"queued","error_code":null})");
  }
};

TEST_F(SenderTest, PostsAMessageWithItsCallback) {
  accept();
  const auto sent = send(dispatch(Channel::sms));
  ASSERT_TRUE(sent);
  EXPECT_EQ(*sent, k_message_sid);
  const http::ClientRequest& request = client.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json");
  EXPECT_EQ(request.username, k_account);
  EXPECT_EQ(request.password, *settings().auth_token.current());
  EXPECT_EQ(request.timeout, std::chrono::seconds{15});
  EXPECT_EQ(request.headers.find("Accept"), "application/json");
  EXPECT_EQ(request.headers.find("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body,
            "To=%2B15551234567&From=%2B15005550006&Body=Ol%C3%A1%0A50%25%20%26%20more&StatusCallback=https%3A%2F%2Fhooks.bizcomms.example"
            "%2Fv1%2Fwebhooks%2Ftwilio%2Fmessage-status%3Fd%3D" +
                delivery_id(Channel::sms).to_string() + "%26t%3D" + attempt_token().uuid.to_base32() + "%23rc%3D5%26rp%3Dall");
}

TEST_F(SenderTest, SendsThroughAMessagingService) {
  accept();
  Settings with = settings();
  with.senders = {k_service};
  ASSERT_TRUE(send(dispatch(Channel::sms, k_service), with));
  EXPECT_EQ(http::find(client.form(), "MessagingServiceSid"), k_service);
  EXPECT_FALSE(http::find(client.form(), "From"));
}

TEST_F(SenderTest, AsksForNoCallbackWhereTwilioCannotReachUs) {
  accept();
  Settings with = settings();
  with.public_url = "";
  ASSERT_TRUE(send(dispatch(Channel::sms), with));
  EXPECT_FALSE(http::find(client.form(), "StatusCallback"));
  accept(k_call_sid);
  ASSERT_TRUE(send(dispatch(Channel::voice), with));
  EXPECT_FALSE(http::find(client.form(), "StatusCallback"));
  EXPECT_EQ(http::find(client.form(), "Twiml"), call_document(with, "Olá", "50% & more", ""));
}

TEST_F(SenderTest, PostsACallWithItsWordsAndAllEvents) {
  accept(k_call_sid);
  const auto sent = send(dispatch(Channel::voice));
  ASSERT_TRUE(sent);
  EXPECT_EQ(*sent, k_call_sid);
  EXPECT_EQ(client.requests().at(0).url, "https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Calls.json");
  const std::string query = "?d=" + delivery_id(Channel::voice).to_string() + "&t=" + attempt_token().uuid.to_base32();
  const std::string hooks = "https://hooks.bizcomms.example/v1/webhooks/twilio/";
  EXPECT_EQ(client.form(), (http::Parameters{{"To", k_phone},
                                             {"From", k_sender},
                                             {"Twiml", call_document(settings(), "Olá", "50% & more", hooks + "keypress" + query)},
                                             {"Timeout", "60"},
                                             {"StatusCallback", hooks + "call-status" + query + "#rc=5&rp=all"},
                                             {"StatusCallbackEvent", "initiated"},
                                             {"StatusCallbackEvent", "ringing"},
                                             {"StatusCallbackEvent", "answered"},
                                             {"StatusCallbackEvent", "completed"}}));
}

TEST_F(SenderTest, CallsNeedANumberBesideAMessagingService) {
  Settings with = settings();
  with.senders = {k_service};
  const auto refused = send(dispatch(Channel::voice, k_service), with);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::misconfigured);
  EXPECT_NE(refused.error().message.find("--twilio-voice-number"), std::string::npos);
  EXPECT_TRUE(client.requests().empty());
  with.voice.number = "+15005550009";
  accept(k_call_sid);
  ASSERT_TRUE(send(dispatch(Channel::voice, k_service), with));
  EXPECT_EQ(http::find(client.form(), "From"), "+15005550009");
}

TEST_F(SenderTest, ARequestUnderWayMayEndAfterTheSender) {
  LateClient late;
  auto sender = std::make_unique<TwilioSender>(settings(), late, clock, metrics);
  std::string sid;
  sender->send(dispatch(Channel::sms), [&sid](Result<alert::ProviderId> sent) { sid = sent ? *sent : sent.error().message; });
  sender.reset();
  ASSERT_TRUE(late.pending);
  late.pending(http::ClientResponse{201, {}, R"({"sid":")" + std::string(k_message_sid) + R"(","status":"queued"})"});
  EXPECT_EQ(sid, k_message_sid);
}

TEST_F(SenderTest, NothingLeavesWithTooLittleOfTheLeaseLeft) {
  accept();
  alert::Dispatch late = dispatch(Channel::sms);
  late.lease_ends = clock.steady() + std::chrono::milliseconds{19'999};
  const auto held = send(late);
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, ErrorCode::unavailable);
  late.lease_ends = clock.steady() + std::chrono::milliseconds{20'000};
  EXPECT_TRUE(send(late));
}

TEST_F(SenderTest, PassesOnWhetherAnythingLeft) {
  client.fail({.code = ErrorCode::unavailable, .message = "no"});
  EXPECT_EQ(error_of_sending().code, ErrorCode::unavailable);
  client.fail({.code = ErrorCode::outcome_unknown, .message = "?"});
  EXPECT_EQ(error_of_sending().code, ErrorCode::outcome_unknown);
  client.fail({.code = ErrorCode::invalid, .message = "The URL cannot be used."});
  EXPECT_EQ(error_of_sending().code, ErrorCode::misconfigured);
}

TEST_F(SenderTest, AnAcceptanceThatCannotBeReadIsUnknown) {
  for (const char* body : {"", "<html>", "{}", R"({"sid":null})", R"({"sid":"SM1"})", R"({"sid":"CA0123456789abcdef0123456789abcdef"})"}) {
    client.answer(201, body);
    EXPECT_EQ(error_of_sending().code, ErrorCode::outcome_unknown) << body;
  }
}

TEST_F(SenderTest, AWarningBesideAnAcceptanceChangesNothing) {
  client.answer(201, R"({"sid":"SM0123456789abcdef0123456789abcdef","status":"queued","error_code":30045})");
  EXPECT_TRUE(send(dispatch(Channel::sms)));
}

TEST_F(SenderTest, AMessageThatFailedAtOnceIsTakenByItsCode) {
  client.answer(201, R"({"sid":"SM0123456789abcdef0123456789abcdef","status":"failed","error_code":21610})");
  const Error opted_out = error_of_sending();
  EXPECT_EQ(opted_out.code, ErrorCode::rejected);
  EXPECT_EQ(opted_out.provider_code, 21610);
  client.answer(201, R"({"sid":"SM0123456789abcdef0123456789abcdef","status":"failed"})");
  EXPECT_EQ(error_of_sending().code, ErrorCode::rejected);
}

TEST_F(SenderTest, ReadsTwiliosRefusals) {
  client.answer(400, R"({"code":21211,"message":"The 'To' number +15551234567 is not a valid phone number.","status":400})");
  const Error refused = error_of_sending();
  EXPECT_EQ(refused.code, ErrorCode::rejected);
  EXPECT_EQ(refused.provider_code, 21211);
  EXPECT_EQ(refused.message, "The phone number is not valid.");
  client.answer(503, "<html>upstream</html>");
  EXPECT_EQ(error_of_sending().code, ErrorCode::outcome_unknown);
}

TEST_F(SenderTest, HonoursRetryAfterWithinReason) {
  client.answer(429, R"({"code":20429})", {{"Retry-After", "3"}});
  EXPECT_EQ(error_of_sending().code, ErrorCode::rate_limited);
  EXPECT_EQ(error_of_sending().retry_after, std::chrono::seconds{3});
  client.answer(429, "", {{"Retry-After", "999999"}});
  EXPECT_EQ(error_of_sending().retry_after, std::chrono::minutes{10});
  client.answer(429, "", {{"Retry-After", "soon"}});
  EXPECT_EQ(error_of_sending().retry_after, std::nullopt);
}

TEST_F(SenderTest, OurOwnFaultsNameAccountAndSenderButNeverTheWholeNumber) {
  client.answer(400, R"({"code":21606,"message":"The From phone number +15005550006 ..."})");
  const Error of_sender = error_of_sending();
  EXPECT_EQ(of_sender.code, ErrorCode::misconfigured);
  EXPECT_EQ(of_sender.fields.at(0).field, "sender");
  EXPECT_EQ(
      of_sender.message,
      "The sender's number cannot send messages. Check --twilio-from. (Account AC0123456789abcdef0123456789abcdef, sender +1500*****06.)");
  client.answer(401, R"({"code":20003})");
  const Error of_account = error_of_sending();
  EXPECT_EQ(of_account.fields.at(0).field, "account");
  EXPECT_TRUE(of_account.message.ends_with("(Account AC0123456789abcdef0123456789abcdef.)")) << of_account.message;
}

TEST_F(SenderTest, KnowsItsAccountSendersAndTexts) {
  const TwilioSender sender(settings(), client, clock, metrics);
  EXPECT_EQ(sender.account(), k_account);
  EXPECT_EQ(sender.senders(), std::vector<std::string>{k_sender});
  EXPECT_EQ(sender.body_hash(Channel::sms, "a", "b"), crypto::sha256("a\nb"));
  EXPECT_EQ(sender.body_hash(Channel::voice, "a", "b"), alert::BodyHash{});
}

TEST_F(SenderTest, CountsRequestsByOperationAndOutcome) {
  accept();
  ASSERT_TRUE(send(dispatch(Channel::sms)));
  client.answer(429, "");
  (void)error_of_sending(Channel::voice);
  const std::string text = metrics.text();
  EXPECT_NE(text.find(R"(bizcomms_twilio_requests_total{operation="create_message",outcome="ok"} 1)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(bizcomms_twilio_requests_total{operation="create_call",outcome="rate_limited"} 1)"), std::string::npos);
  EXPECT_NE(text.find(R"(bizcomms_twilio_request_seconds_count{operation="create_call"} 1)"), std::string::npos);
}

TEST_F(SenderTest, TellsOfATokenThatIsRefusedAndUsesTheNextOne) {
  const Settings with = settings();
  int told = 0;
  with.auth_token.on_refusal([&] { ++told; });
  client.answer(401, R"({"code":20003,"status":401})");
  EXPECT_FALSE(send(dispatch(Channel::sms), with));
  EXPECT_EQ(told, 1);
  with.auth_token.replace(Secret("ffffffffffffffffffffffffffffffff"));
  client.answer(400, R"({"code":21211,"status":400})");
  EXPECT_FALSE(send(dispatch(Channel::sms), with));
  EXPECT_EQ(client.requests().at(1).password.reveal(), "ffffffffffffffffffffffffffffffff");
  EXPECT_EQ(told, 1);
}

struct TracedSenderTest : SenderTest {
  Result<alert::ProviderId> send_traced(alert::Dispatch what, const std::string& trace) {
    what.trace = trace;
    TwilioSender sender(settings(), client, clock, metrics, Tracer(kept, clock, 1, 1));
    std::optional<Result<alert::ProviderId>> ended;
    sender.send(what, [&ended](Result<alert::ProviderId> result) { ended.emplace(std::move(result)); });
    return *std::move(ended);
  }
  std::string callback() const { return std::string(http::find(client.form(), "StatusCallback").value_or("")); }

  test::KeptSpans kept;
};

TEST_F(TracedSenderTest, ARequestIsASpanThatItsCallbackGoesOnFrom) {
  accept();
  ASSERT_TRUE(send_traced(dispatch(Channel::sms), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  ASSERT_EQ(kept.spans().size(), 1U);
  const auto span = kept.spans().front();
  EXPECT_EQ(span.name, "twilio.messages.create");
  EXPECT_EQ(span.kind, SpanKind::client);
  EXPECT_EQ(span.parent_id, "b7ad6b7169203331");
  EXPECT_EQ(std::get<std::int64_t>(*test::attribute_of(span, "http.response.status_code")), 201);
  EXPECT_EQ(std::get<std::string>(*test::attribute_of(span, "twilio.sid")), k_message_sid);
  EXPECT_NE(callback().find("&p=0af7651916cd43dd8448eb211c80319c-" + span.id + "#rc=5"), std::string::npos) << callback();
  http::Request arrived;
  arrived.query = {{"d", "x"}, {"p", "0af7651916cd43dd8448eb211c80319c-" + span.id}};
  EXPECT_EQ(origin_of(arrived), (Trace{span.trace_id, span.id, true}));
}

TEST_F(TracedSenderTest, ATracedCallSaysNoMoreThanWasCheckedWhenTheAlertCame) {
  accept(k_call_sid);
  ASSERT_TRUE(send_traced(dispatch(Channel::voice), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  EXPECT_EQ(kept.spans().at(0).name, "twilio.calls.create");
  EXPECT_NE(callback().find("&p="), std::string::npos);
  EXPECT_EQ(http::find(client.form(), "Twiml")->find("&amp;p="), std::string::npos);
}

TEST_F(TracedSenderTest, AFailureIsToldWithTwiliosCode) {
  client.answer(400, R"({"code":21211,"message":"Invalid 'To' Phone Number"})");
  ASSERT_FALSE(send_traced(dispatch(Channel::sms), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
  const auto span = kept.spans().at(0);
  EXPECT_FALSE(span.failure.empty());
  EXPECT_EQ(std::get<std::int64_t>(*test::attribute_of(span, "twilio.error_code")), 21211);
}

TEST_F(TracedSenderTest, WhatIsNotSampledLeavesNoTraceInTheCallbackEither) {
  for (const auto* trace : {"", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}) {
    accept();
    ASSERT_TRUE(send_traced(dispatch(Channel::sms), trace));
    EXPECT_EQ(callback().find("&p="), std::string::npos);
  }
  EXPECT_TRUE(kept.spans().empty());
}

TEST(CallbackOrigin, IsNothingWhereTheUrlNamesNone) {
  http::Request request;
  EXPECT_FALSE(origin_of(request));
  for (const auto* origin : {"", "x", "0af7651916cd43dd8448eb211c80319c", "00000000000000000000000000000000-b7ad6b7169203331",
                             "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}) {
    request.query = {{"p", origin}};
    EXPECT_FALSE(origin_of(request)) << origin;
  }
}

}  // namespace
}  // namespace bizcomms::twilio
