// The environment's proxy holds for what goes out into the world, and for nothing that must go straight.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "bizcomms/http/client.hpp"
#include "unit/http/raw_server.hpp"

namespace bizcomms::http {
namespace {

// For as long as it lives, this process is told to use a proxy. Made before any client, whose threads read the variables.
class ProxyVariable {
public:
  explicit ProxyVariable(const std::string& url) { setenv("http_proxy", url.c_str(), 1); }  // NOLINT(concurrency-mt-unsafe)
  ~ProxyVariable() { unsetenv("http_proxy"); }                                              // NOLINT(concurrency-mt-unsafe)
  ProxyVariable(const ProxyVariable&) = delete;
  ProxyVariable& operator=(const ProxyVariable&) = delete;
};

struct CurlClientProxyTest : testing::Test {
  RawServer proxy{[](RawConnection& connection, int) {
    while (!connection.read_request().empty()) { connection.answer(200, "from the proxy"); }
  }};
  ProxyVariable variable{proxy.url("")};
  Metrics metrics;
  CurlClient client{CurlSettings{}, Log::silent(), metrics};
};

TEST_F(CurlClientProxyTest, ARequestGoesThroughTheProxy) {
  const auto answer = fetch(client, {.url = "http://bizcomms.invalid/"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "from the proxy");
}

TEST_F(CurlClientProxyTest, ADirectRequestDoesNot) {
  const auto answer = fetch(client, {.url = "http://bizcomms.invalid/", .direct = true});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(CurlClientProxyTest, TheRequestAfterADirectOneGoesThroughTheProxyAgain) {
  ASSERT_FALSE(fetch(client, {.url = "http://bizcomms.invalid/", .direct = true}));
  ASSERT_TRUE(fetch(client, {.url = "http://bizcomms.invalid/"}));
  EXPECT_EQ(proxy.connections(), 1);
}

TEST_F(CurlClientProxyTest, NeitherDoesOneToThisMachine) {
  RawServer server([](RawConnection& connection, int) {
    connection.read_request();
    connection.answer(200, "from the server");
  });
  const auto answer = fetch(client, {.url = server.url()});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "from the server");
  EXPECT_EQ(proxy.connections(), 0);
}

}  // namespace
}  // namespace bizcomms::http
