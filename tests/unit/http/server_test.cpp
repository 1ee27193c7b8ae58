#include "bizcomms/http/server.hpp"

#include <gtest/gtest.h>

#include "test_server.hpp"

namespace bizcomms::http {
namespace {

TEST(Server, AnswersOnIoAndHandlerThreads) {
  TestServer up;
  auto client = up.client();
  const auto health = client.ask(get_request("/health"));
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.body, "up");
  EXPECT_EQ(health.field("Content-Type"), "text/plain");
  EXPECT_EQ(client.ask(get_request("/echo/a%20b?x=1+2&y=%C3%A9")).body, "a b from 127.0.0.1 x=1 2 y=é");
  EXPECT_EQ(client.ask(post_request("/json", "{\"a\":1}")).body, "{\"a\":1}");
}

TEST(Server, GivesEveryAnswerARequestId) {
  TestServer up;
  auto client = up.client();
  EXPECT_EQ(client.ask(get_request("/health", "X-Request-Id: mine-1\r\n")).field("X-Request-Id"), "mine-1");
  EXPECT_EQ(client.ask(get_request("/health", "X-Request-Id: not sane\r\n")).field("X-Request-Id").size(), 32U);
  const auto missing = client.ask(get_request("/nowhere", "X-Request-Id: mine-2\r\n"));
  EXPECT_EQ(missing.field("X-Request-Id"), "mine-2");
  EXPECT_NE(missing.body.find("mine-2"), std::string::npos);
  EXPECT_EQ(client.ask(get_request("/health", "X-Request-Id: mine-3\r\nExpect: x\r\n")).field("X-Request-Id"), "mine-3");
}

TEST(Server, SaysNotFoundAndMethodNotAllowed) {
  TestServer up;
  auto client = up.client();
  const auto missing = client.ask(get_request("/nowhere"));
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.field("Content-Type"), "application/problem+json");
  for (const char* method : {"OPTIONS", "TRACE", "DELETE", "BREW", "get"}) {
    const auto wrong = client.ask(std::string(method) + " /health HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(wrong.status, 405) << method;
    EXPECT_EQ(wrong.field("Allow"), "GET, HEAD") << method;
  }
  EXPECT_EQ(client.ask(post_request("/json?a=%zz", "{}")).status, 400);
}

TEST(Server, TakesOnlyTheBodyTypeOfTheRoute) {
  TestServer up;
  auto client = up.client();
  EXPECT_EQ(client.ask(post_request("/json", "{}", "application/JSON; charset=utf-8")).status, 200);
  EXPECT_EQ(client.ask(post_request("/json", "a=b", "application/x-www-form-urlencoded")).status, 415);
  EXPECT_EQ(client.ask(post_request("/json", "{}", "application/jsonx")).status, 415);
  EXPECT_EQ(client.ask("POST /json HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}").status, 415);
  EXPECT_EQ(client.ask(post_request("/form", "a=b", "application/x-www-form-urlencoded")).body, "a=b");
  EXPECT_EQ(client.ask(post_request("/form", "{}")).status, 415);
}

TEST(Server, AnswersHeadWithoutABody) {
  TestServer up;
  auto client = up.client();
  client.send("HEAD /echo/abc HTTP/1.1\r\nHost: h\r\n\r\nHEAD /nowhere HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto head = client.answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), std::to_string(std::string("abc from 127.0.0.1").size()));
  EXPECT_EQ(client.answer(true).status, 404);
  EXPECT_EQ(client.ask(get_request("/health")).body, "up");
}

TEST(Server, SendsNoBodyWithNoContent) {
  TestServer up;
  auto client = up.client();
  const auto answer = client.ask(get_request("/phones/x"));
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.field("Content-Length"), "");
  EXPECT_EQ(client.ask(get_request("/health")).status, 200);
}

TEST(Server, ContinuesAClientThatWaits) {
  TestServer up;
  auto client = up.client();
  client.send("POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.answer().status, 100);
  EXPECT_EQ(client.ask("{}").body, "{}");
  client.send("POST /json HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n");
  EXPECT_EQ(client.answer().status, 413);
}

TEST(Server, ServesPipelinedRequestsInOrder) {
  TestServer up;
  auto client = up.client();
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += get_request("/echo/" + std::to_string(i)) + get_request("/health") + post_request("/json", std::to_string(i));
  }
  client.send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.answer().body, std::to_string(i) + " from 127.0.0.1");
    EXPECT_EQ(client.answer().body, "up");
    EXPECT_EQ(client.answer().body, std::to_string(i));
  }
}

TEST(Server, ClosesWhenTheClientAsksForIt) {
  TestServer up;
  auto client = up.client();
  EXPECT_EQ(client.ask(get_request("/health", "Connection: close\r\n")).field("Connection"), "close");
  EXPECT_TRUE(client.closed());
  auto old = up.client();
  EXPECT_EQ(old.ask("GET /health HTTP/1.0\r\nHost: h\r\n\r\n").body, "up");
  EXPECT_TRUE(old.closed());
}

TEST(Server, KeepsAnExceptionsTextToTheLog) {
  TestServer up;
  auto client = up.client();
  const auto answer = client.ask(get_request("/throw"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ((answer.head + answer.body).find("secret"), std::string::npos);
  EXPECT_NE(up.log_lines().find("the secret inside"), std::string::npos);
  EXPECT_EQ(client.ask(get_request("/health")).status, 200);
}

TEST(Server, LogsEachRequestButNoQueryAndNoPhoneNumber) {
  TestServer up;
  auto client = up.client();
  client.ask(get_request("/echo/7?token=hidden",
                         "X-Request-Id: id-7\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"));
  client.ask(get_request("/phones/+15551234567"));
  client.ask(get_request("/health"));
  const auto lines = up.log_lines();
  for (const char* part : {R"("message":"request")", R"("method":"GET")", R"("route":"/echo/{id}")", R"("path":"/echo/7")",
                           R"("status":200)", R"("duration_ms":)", R"("bytes":29)", R"("client_address":"127.0.0.1")",
                           R"("request_id":"id-7")", R"("trace_id":"0af7651916cd43dd8448eb211c80319c")"}) {
    EXPECT_NE(lines.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(lines.find("hidden"), std::string::npos);
  EXPECT_EQ(lines.find("15551234567"), std::string::npos);
  EXPECT_EQ(lines.find("/health"), std::string::npos);
}

TEST(Server, CountsRequestsConnectionsAndRefusals) {
  TestServer up;
  {
    auto client = up.client();
    client.ask(get_request("/echo/1"));
    client.ask(get_request("/echo/2"));
    client.ask(get_request("/nowhere"));
    EXPECT_EQ(up.metric(R"(bizcomms_http_connections{server="api"})"), 1);
    client.ask("nonsense\r\n");
  }
  EXPECT_EQ(up.metric(R"(bizcomms_http_requests_total{method="GET",route="/echo/{id}",server="api",status="200"})"), 2);
  EXPECT_EQ(up.metric(R"(bizcomms_http_requests_total{method="any",route="unmatched",server="api",status="404"})"), 1);
  EXPECT_EQ(up.metric(R"(bizcomms_http_request_seconds_count{route="/echo/{id}",server="api"})"), 2);
  EXPECT_EQ(up.metric(R"(bizcomms_http_refused_total{reason="malformed",server="api"})"), 1);
}

TEST(Server, BelievesForwardedAddressesOfTrustedProxiesOnly) {
  auto settings = TestServer::settings(2);
  settings.trusted_proxies = {"127.0.0.0/8"};
  TestServer trusting(settings);
  EXPECT_EQ(trusting.client().ask(get_request("/echo/a", "X-Forwarded-For: 9.9.9.9, 1.2.3.4\r\n")).body, "a from 1.2.3.4");
  TestServer plain;
  EXPECT_EQ(plain.client().ask(get_request("/echo/a", "X-Forwarded-For: 1.2.3.4\r\nREMOTE_ADDR: 1.2.3.4\r\n")).body, "a from 127.0.0.1");
}

TEST(Server, RefusesWhatTheQueueCannotHold) {
  auto settings = TestServer::settings(1);
  settings.handler_queue_max = 0;
  TestServer up(settings);
  auto running = up.client();
  running.send(get_request("/gate"));
  up.gate.wait_for(1);
  auto client = up.client();
  const auto refused = client.ask(get_request("/echo/a"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.field("Retry-After"), "1");
  EXPECT_EQ(client.ask(get_request("/health")).status, 200);
  up.gate.open();
  EXPECT_EQ(running.answer().body, "through");
}

TEST(Server, TurnsConnectionsAwayAboveTheLimit) {
  auto settings = TestServer::settings(1);
  settings.connections_max = 2;
  const auto clock = std::make_unique<ManualClock>();
  TestServer up(settings, clock.get());
  auto first = up.client();
  auto second = up.client();
  EXPECT_EQ(first.ask(get_request("/health")).status, 200);
  EXPECT_EQ(second.ask(get_request("/health")).status, 200);
  auto third = up.client();
  const auto refused = third.answer();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.field("Retry-After"), "1");
  EXPECT_EQ(refused.field("Connection"), "close");
  EXPECT_TRUE(third.closed());
  EXPECT_EQ(first.ask(get_request("/health")).status, 200);
}

TEST(Server, ClosesTheLongestIdleConnectionForANewOneAboveTheLimit) {
  auto settings = TestServer::settings(1);
  settings.connections_max = 3;
  const auto clock = std::make_unique<ManualClock>();
  TestServer up(settings, clock.get());
  auto first = up.client();
  auto second = up.client();
  EXPECT_EQ(second.ask(get_request("/health")).status, 200);
  EXPECT_EQ(first.ask(get_request("/health")).status, 200);
  clock->advance(Millis{600});
  EXPECT_EQ(first.ask(get_request("/health")).status, 200);
  auto running = up.client();
  running.send(get_request("/gate"));
  up.gate.wait_for(1);
  clock->advance(Millis{600});
  auto fourth = up.client();
  EXPECT_EQ(fourth.ask(get_request("/health")).status, 200);
  EXPECT_TRUE(second.closed());
  EXPECT_EQ(up.metric(R"(bizcomms_http_idle_closed_total{server="api"})"), 1);
  EXPECT_EQ(up.client().answer().status, 503) << "the others have just been used";
  EXPECT_EQ(first.ask(get_request("/health")).status, 200);
  up.gate.open();
  EXPECT_EQ(running.answer().body, "through");
}

TEST(Server, HoldsNoMoreBodiesThanItMay) {
  auto settings = TestServer::settings(1);
  settings.all_bodies_bytes_max = 1000;
  TestServer up(settings);
  auto first = up.client();
  first.send(post_request("/gate", std::string(900, 'a')));
  up.gate.wait_for(1);
  const auto most_of_it = post_request("/json", std::string(900, 'b')).substr(0, 500);
  auto second = up.client();
  EXPECT_EQ(second.ask(most_of_it).status, 503);
  up.gate.open();
  EXPECT_EQ(first.answer().status, 200);
  EXPECT_EQ(first.ask(post_request("/json", std::string(900, 'c'))).status, 200);
}

TEST(Server, SaysPlainlyWhyItCannotStart) {
  TestServer up;
  const auto start = [&](ServerSettings settings) {
    Server server(std::move(settings), Log::silent(), up.metrics, up.system_clock);
    return server.start();
  };
  ServerSettings settings;
  settings.listen = up.server.address();
  const auto taken = start(settings);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::unavailable);
  EXPECT_EQ(taken.error().message,
            "The api address " + settings.listen + " is already in use; stop what listens there, or choose another.");
  settings.listen = "203.0.113.1:80";
  EXPECT_EQ(start(settings).error().message, "The api address 203.0.113.1:80 is not an address of this machine; choose another.");
  settings.listen = "nonsense";
  EXPECT_EQ(start(settings).error().code, ErrorCode::misconfigured);
  settings.listen = "127.0.0.1:0";
  settings.trusted_proxies = {"everyone"};
  EXPECT_EQ(start(settings).error().code, ErrorCode::misconfigured);
}

TEST(Server, ListensOnIpv6) {
  Metrics metrics;
  const SystemClock clock;
  ServerSettings settings;
  settings.listen = "[::1]:0";
  Server server(settings, Log::silent(), metrics, clock);
  const auto started = server.start();
  if (!started) { EXPECT_NE(started.error().message.find("[::1]:0"), std::string::npos); }  // a machine without IPv6
  if (started) { EXPECT_TRUE(server.address().starts_with("[::1]:")) << server.address(); }
}

}  // namespace
}  // namespace bizcomms::http
