#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <string>
#include <vector>

#include "bizcomms/http/client.hpp"
#include "unit/http/raw_server.hpp"

namespace bizcomms::http {
namespace {

struct CurlClientTest : testing::Test {
  Metrics metrics;
  CurlClient client{CurlSettings{}, Log::silent(), metrics};

  Result<ClientResponse> post(const std::string& url, std::string body = "To=1",
                              std::chrono::milliseconds timeout = std::chrono::seconds{10}) {
    return fetch(client, {.method = "POST", .url = url, .body = std::move(body), .timeout = timeout});
  }
};

void answer_all(RawConnection& connection, int /*number*/) {
  while (!connection.read_request().empty()) { connection.answer(201, "taken"); }
}

ErrorCode code_of(const Result<ClientResponse>& result) { return result ? ErrorCode::internal : result.error().code; }

TEST_F(CurlClientTest, ReturnsStatusHeadersAndBody) {
  RawServer server(answer_all);
  const auto answer = post(server.url());
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "taken");
  EXPECT_EQ(answer->headers.find("x-test"), "yes");
}

TEST_F(CurlClientTest, AnErrorStatusIsAnAnswer) {
  RawServer server([](RawConnection& connection, int) {
    connection.read_request();
    connection.answer(503, "");
  });
  const auto answer = post(server.url());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
}

TEST_F(CurlClientTest, SendsMethodHeadersBodyAndBasicAccessWithoutExpect) {
  std::promise<std::string> seen;
  RawServer server([&seen](RawConnection& connection, int) {
    seen.set_value(connection.read_request());
    connection.answer(200, "");
  });
  ASSERT_TRUE(fetch(client, {.method = "PUT",
                             .url = server.url("/a?b=c"),
                             .headers = {{"X-One", "1"}, {"X-None", ""}},
                             .body = std::string(3000, 'x'),
                             .username = "AC1",
                             .password = Secret("token")}));
  const std::string request = seen.get_future().get();
  EXPECT_TRUE(request.starts_with("PUT /a?b=c HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("\r\nX-One: 1\r\n"), std::string::npos);
  EXPECT_NE(request.find("\r\nX-None:\r\n"), std::string::npos);
  EXPECT_NE(request.find("\r\nAuthorization: Basic QUMxOnRva2Vu\r\n"), std::string::npos);
  EXPECT_EQ(request.find("Expect"), std::string::npos);
  EXPECT_TRUE(request.ends_with(std::string(3000, 'x')));
}

TEST_F(CurlClientTest, UsesOneConnectionAgainAndForgetsTheRequestBefore) {
  std::mutex mutex;
  std::vector<std::string> seen;
  RawServer server([&](RawConnection& connection, int) {
    for (std::string request; !(request = connection.read_request()).empty();) {
      const std::lock_guard lock(mutex);
      seen.push_back(request);
      connection.answer(200, "");
    }
  });
  ASSERT_TRUE(
      fetch(client, {.method = "DELETE", .url = server.url("/1"), .headers = {{"X-Key", "k"}}, .username = "u", .password = Secret("p")}));
  ASSERT_TRUE(fetch(client, {.url = server.url("/2")}));
  ASSERT_TRUE(fetch(client, {.method = "HEAD", .url = server.url("/3")}));
  ASSERT_TRUE(post(server.url("/4"), "a=b"));
  EXPECT_EQ(server.connections(), 1);
  const std::lock_guard lock(mutex);
  ASSERT_EQ(seen.size(), 4U);
  EXPECT_TRUE(seen[0].starts_with("DELETE /1 "));
  EXPECT_TRUE(seen[1].starts_with("GET /2 "));
  EXPECT_EQ(seen[1].find("Authorization"), std::string::npos);
  EXPECT_EQ(seen[1].find("X-Key"), std::string::npos);
  EXPECT_TRUE(seen[2].starts_with("HEAD /3 "));
  EXPECT_TRUE(seen[3].starts_with("POST /4 "));
  EXPECT_TRUE(seen[3].ends_with("\r\n\r\na=b"));
}

TEST_F(CurlClientTest, DoesNotFollowRedirects) {
  RawServer server([](RawConnection& connection, int) {
    connection.read_request();
    connection.write("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    connection.wait_for_close();
  });
  const auto answer = fetch(client, {.url = server.url()});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlClientTest, RefusesWhatCannotBeAUrlMethodOrHeader) {
  EXPECT_EQ(code_of(fetch(client, {.url = "ftp://127.0.0.1/x"})), ErrorCode::invalid);
  EXPECT_EQ(code_of(fetch(client, {.url = "file:///etc/passwd"})), ErrorCode::invalid);
  EXPECT_EQ(code_of(fetch(client, {.url = "/just/a/path"})), ErrorCode::invalid);
  EXPECT_EQ(code_of(fetch(client, {.url = "http://127.0.0.1:99999/"})), ErrorCode::invalid);
  EXPECT_EQ(code_of(fetch(client, {.url = "http://127.0.0.1:1/a b\n"})), ErrorCode::invalid);
  EXPECT_EQ(code_of(fetch(client, {.method = "GET /x", .url = "http://127.0.0.1:1/"})), ErrorCode::invalid);
  EXPECT_EQ(code_of(fetch(client, {.url = "http://127.0.0.1:1/", .headers = {{"X-A", "b\r\nX-C: d"}}})), ErrorCode::invalid);
  EXPECT_EQ(code_of(fetch(client, {.url = "http://127.0.0.1:1/", .headers = {{"X A", "b"}}})), ErrorCode::invalid);
}

// --- Surely not sent.

TEST_F(CurlClientTest, ConnectionRefusedIsUnavailable) {
  const auto answer = post("http://127.0.0.1:" + std::to_string(closed_port()) + "/");
  EXPECT_EQ(code_of(answer), ErrorCode::unavailable);
  EXPECT_EQ(answer.error().message, "127.0.0.1 cannot be reached.");
}

TEST_F(CurlClientTest, AnUnknownNameIsUnavailable) {
  const auto answer = post("http://no-such-host.invalid/");
  EXPECT_EQ(code_of(answer), ErrorCode::unavailable);
  EXPECT_EQ(answer.error().message, "The name no-such-host.invalid cannot be resolved.");
}

TEST_F(CurlClientTest, AFailedTlsHandshakeIsUnavailable) {
  RawServer server([](RawConnection& connection, int) { connection.write("this is not TLS\r\n"); });
  EXPECT_EQ(code_of(post("https://127.0.0.1:" + std::to_string(server.port()) + "/")), ErrorCode::unavailable);
}

TEST_F(CurlClientTest, AHandshakeThatHangsIsUnavailable) {
  RawServer server([](RawConnection& connection, int) { connection.wait_for_close(); });
  const auto answer = post("https://127.0.0.1:" + std::to_string(server.port()) + "/", "x", std::chrono::milliseconds{150});
  EXPECT_EQ(code_of(answer), ErrorCode::unavailable);
}

TEST_F(CurlClientTest, MayLeaveHoldsARequestBackAndKeepsTheConnection) {
  std::atomic<int> requests = 0;
  RawServer server([&requests](RawConnection& connection, int) {
    while (!connection.read_request().empty()) {
      ++requests;
      connection.answer(200, "");
    }
  });
  const auto answer = fetch(client, {.method = "POST", .url = server.url(), .body = "x", .may_leave = [] { return false; }});
  EXPECT_EQ(code_of(answer), ErrorCode::unavailable);
  EXPECT_EQ(answer.error().message, "The request to 127.0.0.1 was held back before it left.");
  EXPECT_EQ(requests, 0);
  int asked = 0;
  EXPECT_TRUE(fetch(client, {.method = "POST", .url = server.url(), .body = "x", .may_leave = [&asked] { return ++asked > 0; }}));
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(requests, 1);
}

// --- Perhaps sent.

TEST_F(CurlClientTest, AServerThatHangsIsOutcomeUnknown) {
  RawServer server([](RawConnection& connection, int) { connection.wait_for_close(); });
  const auto answer = post(server.url(), "x", std::chrono::milliseconds{150});
  EXPECT_EQ(code_of(answer), ErrorCode::outcome_unknown);
  EXPECT_EQ(answer.error().message, "127.0.0.1 did not answer within 150 ms.");
}

TEST_F(CurlClientTest, AResetAfterTheRequestIsOutcomeUnknown) {
  RawServer server([](RawConnection& connection, int) {
    connection.read_request();
    connection.reset();
  });
  EXPECT_EQ(code_of(post(server.url())), ErrorCode::outcome_unknown);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlClientTest, ACloseWithoutAnAnswerIsOutcomeUnknown) {
  RawServer server([](RawConnection& connection, int) { connection.read_request(); });
  EXPECT_EQ(code_of(post(server.url())), ErrorCode::outcome_unknown);
}

TEST_F(CurlClientTest, AResetBeforeTheRequestIsReadIsAtMostUnknown) {
  RawServer server([](RawConnection& connection, int) { connection.reset(); });
  const auto answer = post(server.url());
  // The kernel decides whether the bytes left before the reset came: never an answer, never sent twice.
  EXPECT_TRUE(code_of(answer) == ErrorCode::outcome_unknown || code_of(answer) == ErrorCode::unavailable);
}

// On a reused connection libcurl would send the POST again by itself.
TEST_F(CurlClientTest, AResetOnAReusedConnectionSendsNoPostTwice) {
  std::atomic<int> requests = 0;
  RawServer server([&requests](RawConnection& connection, int number) {
    while (!connection.read_request().empty()) {
      if (++requests == 2 && number == 1) { return connection.reset(); }
      connection.answer(201, "");
    }
  });
  ASSERT_TRUE(post(server.url()));
  const auto answer = post(server.url());
  EXPECT_EQ(code_of(answer), ErrorCode::outcome_unknown);
  EXPECT_EQ(answer.error().cause, "curl 42: a reused connection died; not sent again");
  EXPECT_EQ(requests, 2);
  EXPECT_TRUE(post(server.url()));  // the engine goes on
  EXPECT_EQ(requests, 3);
}

TEST_F(CurlClientTest, AGetOnAReusedConnectionThatDiedIsSentAgain) {
  RawServer server([](RawConnection& connection, int number) {
    connection.read_request();
    connection.answer(200, "first");
    connection.read_request();
    if (number == 1) { return connection.reset(); }
    connection.wait_for_close();
  });
  ASSERT_TRUE(fetch(client, {.url = server.url()}));
  const auto answer = fetch(client, {.url = server.url()});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "first");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(CurlClientTest, ATruncatedBodyIsOutcomeUnknown) {
  RawServer server([](RawConnection& connection, int) {
    connection.read_request();
    connection.write("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"sid\":");
  });
  EXPECT_EQ(code_of(post(server.url())), ErrorCode::outcome_unknown);
}

TEST_F(CurlClientTest, ATruncatedHeadIsOutcomeUnknown) {
  RawServer server([](RawConnection& connection, int) {
    connection.read_request();
    connection.write("HTTP/1.1 201 Created\r\nContent-Le");
    connection.reset();
  });
  EXPECT_EQ(code_of(post(server.url())), ErrorCode::outcome_unknown);
}

TEST_F(CurlClientTest, AnAnswerThatIsTooLargeIsOutcomeUnknown) {
  RawServer server([](RawConnection& connection, int) {
    connection.read_request();
    connection.answer(200, std::string(1001, 'x'));
    connection.wait_for_close();
  });
  const auto answer = fetch(client, {.method = "POST", .url = server.url(), .body_bytes_max = 1000});
  EXPECT_EQ(code_of(answer), ErrorCode::outcome_unknown);
  EXPECT_EQ(answer.error().message, "127.0.0.1 answered with more than 1000 bytes.");
}

TEST_F(CurlClientTest, AnAnswerThatIsNotHttpIsOutcomeUnknown) {
  RawServer server([](RawConnection& connection, int) {
    connection.read_request();
    connection.write("SSH-2.0-OpenSSH_9.2\r\n");
  });
  EXPECT_EQ(code_of(post(server.url())), ErrorCode::outcome_unknown);
}

// --- The engine.

TEST_F(CurlClientTest, AnswersManyRequestsFromManyThreads) {
  RawServer server(answer_all);
  std::vector<std::jthread> threads;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 100; ++k) { answered += post(server.url()).has_value() ? 1 : 0; }
    });
  }
  threads.clear();
  EXPECT_EQ(answered, 400);
  EXPECT_LE(server.connections(), 4);
}

TEST(CurlClient, HoldsToItsConnectionCapAndAnswersAll) {
  Metrics metrics;
  CurlClient client({.connections_max = 3}, Log::silent(), metrics);
  RawServer server(answer_all);
  std::vector<std::promise<bool>> promises(60);
  for (auto& promise : promises) {
    client.send({.method = "POST", .url = server.url(), .body = "x"},
                [&promise](const auto& result) { promise.set_value(result.has_value()); });
  }
  for (auto& promise : promises) { EXPECT_TRUE(promise.get_future().get()); }
  EXPECT_LE(server.connections(), 3);
}

TEST(CurlClient, AServerThatAnswersLateIsGivenAllConnectionsButThoseKeptForUrgentRequests) {
  constexpr int k_connections = 50;
  constexpr int k_requests = k_connections - k_connections / 8;
  Metrics metrics;
  CurlClient client({.connections_max = k_connections}, Log::silent(), metrics);
  std::latch all_there(k_requests);
  RawServer server([&all_there](RawConnection& connection, int) {
    connection.read_request();
    all_there.arrive_and_wait();
    connection.answer(200, "");
    connection.wait_for_close();
  });
  std::vector<std::promise<bool>> promises(k_requests);
  for (auto& promise : promises) {
    client.send({.url = server.url()}, [&promise](const auto& result) { promise.set_value(result.has_value()); });
  }
  for (auto& promise : promises) { EXPECT_TRUE(promise.get_future().get()); }
}

TEST(CurlClient, ARequestThatWaitsTooLongForAConnectionIsUnavailable) {
  Metrics metrics;
  RawServer server([](RawConnection& connection, int) { connection.wait_for_close(); });
  std::promise<ErrorCode> first;
  CurlClient client({.connections_max = 1}, Log::silent(), metrics);
  client.send({.method = "POST", .url = server.url()}, [&first](const auto& result) { first.set_value(code_of(result)); });
  const auto second = fetch(client, {.method = "POST", .url = server.url(), .timeout = std::chrono::milliseconds{100}});
  EXPECT_EQ(code_of(second), ErrorCode::unavailable);
}

TEST(CurlClient, AnswersWhatIsLeftWhenItIsStopped) {
  Metrics metrics;
  std::promise<void> arrived;
  RawServer server([&arrived](RawConnection& connection, int) {
    connection.read_request();
    arrived.set_value();
    connection.wait_for_close();
  });
  std::vector<ErrorCode> ends;
  {
    CurlClient client({.connections_max = 1}, Log::silent(), metrics);
    const auto note = [&ends](const auto& result) { ends.push_back(code_of(result)); };
    client.send({.method = "POST", .url = server.url()}, note);
    arrived.get_future().wait();
    client.send({.method = "POST", .url = server.url()}, [&](const auto& result) {
      note(result);
      client.send({.url = server.url()}, note);  // too late, but still answered
    });
  }
  EXPECT_EQ(ends, (std::vector{ErrorCode::outcome_unknown, ErrorCode::unavailable, ErrorCode::unavailable}));
}

TEST_F(CurlClientTest, CountsRequestsByHostAndOutcome) {
  RawServer server(answer_all);
  ASSERT_TRUE(post(server.url("/?secret=1")));
  (void)post("http://127.0.0.1:" + std::to_string(closed_port()) + "/");
  const std::string text = metrics.text();
  EXPECT_NE(text.find("bizcomms_http_client_requests_total{host=\"127.0.0.1\",outcome=\"answered\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("bizcomms_http_client_requests_total{host=\"127.0.0.1\",outcome=\"unavailable\"} 1"), std::string::npos);
  EXPECT_NE(text.find("bizcomms_http_client_request_seconds_count{host=\"127.0.0.1\"} 2"), std::string::npos);
  EXPECT_EQ(text.find("secret"), std::string::npos);
}

TEST_F(CurlClientTest, LogsNeitherQueryNorBody) {
  std::string lines;
  {
    CurlClient talkative({}, Log({.level = LogLevel::debug}, [&lines](std::string_view line) { lines += line; }), metrics);
    (void)fetch(talkative, {.method = "POST", .url = "http://127.0.0.1:" + std::to_string(closed_port()) + "/p?t=hush", .body = "whisper"});
  }
  EXPECT_NE(lines.find("http request failed"), std::string::npos);
  EXPECT_EQ(lines.find("hush"), std::string::npos);
  EXPECT_EQ(lines.find("whisper"), std::string::npos);
}

}  // namespace
}  // namespace bizcomms::http
