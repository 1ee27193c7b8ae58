// What a hostile client sends, over a real connection: each is refused with its status, the connection is closed, and the server goes on.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test_server.hpp"

namespace bizcomms::http {
namespace {

struct Attack {
  std::string name;
  int status;
  std::string bytes;
};

std::string with_fields(const std::string& fields, const std::string& after = "") {
  return "POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n" + fields + "\r\n" + after;
}
std::string with_target(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"; }

const std::string k_smuggled = "GET /echo/smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

std::vector<Attack> smuggling() {
  return {
      {"body on GET", 400,
       "GET /health HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(k_smuggled.size()) + "\r\n\r\n" + k_smuggled},
      {"chunked body on GET", 400, "GET /health HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + k_smuggled},
      {"body on HEAD", 400, "HEAD /health HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nGET "},
      {"body on DELETE", 400, "DELETE /health HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nGET "},
      {"length and encoding", 400, with_fields("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + k_smuggled)},
      {"two lengths", 400, with_fields("Content-Length: 0\r\nContent-Length: 44\r\n", k_smuggled)},
      {"two equal lengths", 400, with_fields("Content-Length: 2\r\nContent-Length: 2\r\n", "{}" + k_smuggled)},
      {"list of lengths", 400, with_fields("Content-Length: 5, 5\r\n", "hello" + k_smuggled)},
      {"length abc", 400, with_fields("Content-Length: abc\r\n", k_smuggled)},
      {"length +5", 400, with_fields("Content-Length: +5\r\n", "hello" + k_smuggled)},
      {"length -1", 400, with_fields("Content-Length: -1\r\n", k_smuggled)},
      {"encoding identity", 400, with_fields("Transfer-Encoding: identity\r\n", k_smuggled)},
      {"encoding xchunked", 400, with_fields("Transfer-Encoding: xchunked\r\n", k_smuggled)},
      {"encoding chunked, identity", 400, with_fields("Transfer-Encoding: chunked, identity\r\n", k_smuggled)},
      {"space before the colon", 400, with_fields("Transfer-Encoding : chunked\r\n", "0\r\n\r\n" + k_smuggled)},
      {"encoding in HTTP/1.0", 400, "POST /json HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + k_smuggled},
      {"chunk longer than its size", 400, with_fields("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n" + k_smuggled)},
      {"chunk size with sign", 400, with_fields("Transfer-Encoding: chunked\r\n", "+0\r\n\r\n" + k_smuggled)},
      {"chunk size beyond 64 bits", 400, with_fields("Transfer-Encoding: chunked\r\n", "10000000000000000\r\n" + k_smuggled)},
      {"bare LF", 400, "GET /health HTTP/1.1\nHost: h\n\n" + k_smuggled},
      {"folded field", 400, with_fields("X: a\r\n Content-Length: 44\r\n", k_smuggled)},
  };
}

std::vector<Attack> malformed() {
  return {
      {"no host", 400, "GET /health HTTP/1.1\r\n\r\n"},
      {"two hosts", 400, "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"absolute form", 400, with_target("http://h/health")},
      {"asterisk form", 400, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"},
      {"%00", 400, with_target("/health%00")},
      {"%zz", 400, with_target("/health%zz")},
      {"%0d%0a", 400, with_target("/health%0d%0aX:%20y")},
      {"raw 8-bit path", 400, with_target("/caf\xe9")},
      {"unknown method", 405, "BREW /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"},
      {"TRACE", 405, "TRACE /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"},
      {"CONNECT", 400, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"},
      {"Content-Encoding", 415, with_fields("Content-Encoding: gzip\r\nContent-Length: 2\r\n", "\x1f\x8b")},
      {"Expect", 417, with_fields("Expect: coffee\r\nContent-Length: 2\r\n")},
      {"HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"TLS", 400, std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 12)},
      {"form at a JSON route", 415,
       "POST /json HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
       "3\r\n\r\na=b"},
  };
}

std::vector<Attack> endless() {
  const std::string much(4'000'000, 'a');
  std::string fields;
  for (int i = 0; i < 100'000; ++i) { fields += "a: b\r\n"; }
  std::string trailers;
  for (int i = 0; i < 100'000; ++i) { trailers += "t: b\r\n"; }
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  std::string chunks;
  for (int i = 0; i < 40; ++i) { chunks += "8000\r\n" + std::string(0x8000, 'a') + "\r\n"; }
  return {
      {"endless request line", 414, "GET /" + much},
      {"endless method", 414, much},
      {"endless field", 431, "GET /health HTTP/1.1\r\nX: " + much},
      {"endless field name", 431, "GET /health HTTP/1.1\r\n" + much},
      {"100,000 fields", 431, with_fields(fields)},
      {"endless chunk size", 400, with_fields(chunked, std::string(much.size(), '0'))},
      {"endless chunk extension", 400, with_fields(chunked, "1;" + much)},
      {"endless trailer", 400, with_fields(chunked, "0\r\nX: " + much)},
      {"100,000 trailers", 400, with_fields(chunked, "0\r\n" + trailers)},
      {"chunks above the body limit", 413, with_fields(chunked, chunks)},
      {"length above the body limit", 413, with_fields("Content-Length: 200000000\r\n", much)},
  };
}

void expect_all_refused(const std::vector<Attack>& attacks) {
  TestServer up;
  for (const auto& attack : attacks) {
    auto client = up.client();
    client.send(attack.bytes);  // may fail half-way: the server does not read for ever
    const auto answer = client.answer(attack.bytes.starts_with("HEAD"));
    EXPECT_EQ(answer.status, attack.status) << attack.name;
    EXPECT_EQ(answer.field("Connection"), "close") << attack.name;
    EXPECT_EQ(client.rest().find("HTTP/1.1"), std::string::npos) << attack.name << " was taken for two requests";
  }
  EXPECT_EQ(up.log_lines().find("smuggled"), std::string::npos);
  EXPECT_EQ(up.client().ask(get_request("/health")).status, 200);
}

TEST(Hostile, NothingIsSmuggled) { expect_all_refused(smuggling()); }
TEST(Hostile, NothingMalformedIsServed) { expect_all_refused(malformed()); }
TEST(Hostile, NothingIsReadWithoutLimit) { expect_all_refused(endless()); }

TEST(Hostile, RangesAndEncodingsMultiplyNothing) {
  TestServer up;
  auto client = up.client();
  std::string ranges = "Range: bytes=0-1";
  for (int i = 0; i < 700; ++i) { ranges += ",0-1"; }
  const auto answer = client.ask(get_request("/echo/abc", ranges + "\r\nAccept-Encoding: br, gzip\r\n"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "abc from 127.0.0.1");
  EXPECT_EQ(answer.field("Content-Encoding"), "");
}

}  // namespace
}  // namespace bizcomms::http
