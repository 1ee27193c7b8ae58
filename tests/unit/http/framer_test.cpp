#include "http/framer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bizcomms::http {
namespace {

constexpr std::size_t k_header_max = 32'768;
constexpr std::size_t k_body_max = 1'048'576;

// What became of a stream: "POST /a hello" for each request, "refused 400" or "wants more" at the end.
struct Outcome {
  std::vector<std::string> requests;
  std::string end;
  bool operator==(const Outcome&) const = default;
};

class Feed {
public:
  Outcome outcome;

  bool take(std::string_view bytes) {
    while (!bytes.empty()) {
      bytes.remove_prefix(m_framer.feed(bytes));
      if (m_framer.state() == Framer::State::refused) { return false; }
      if (m_framer.state() != Framer::State::complete) { continue; }
      outcome.requests.push_back(m_framer.head().method + " " + m_framer.head().target + " " + m_framer.body());
      m_framer.next();
    }
    return true;
  }
  void finish() {
    const auto state = m_framer.state();
    if (state == Framer::State::refused) { outcome.end = "refused " + std::to_string(m_framer.refusal().status); }
    if (state == Framer::State::head || state == Framer::State::body) { outcome.end = "wants more"; }
  }

private:
  Framer m_framer{k_header_max, k_body_max};
};

Outcome in_pieces(std::string_view stream, const std::vector<std::size_t>& cuts) {
  Feed feed;
  std::size_t from = 0;
  for (const auto cut : cuts) {
    if (!feed.take(stream.substr(from, cut - from))) { break; }
    from = cut;
  }
  feed.take(stream.substr(from));
  feed.finish();
  return feed.outcome;
}

Outcome byte_by_byte(std::string_view stream) {
  Feed feed;
  for (const char& byte : stream) {
    if (!feed.take({&byte, 1})) { break; }
  }
  feed.finish();
  return feed.outcome;
}

// The outcome, having seen that it is the same however the stream is cut.
Outcome outcome_of(const std::string& stream) {
  auto whole = in_pieces(stream, {});
  for (std::size_t cut = 1; stream.size() < 5000 && cut < stream.size(); ++cut) {
    EXPECT_EQ(in_pieces(stream, {cut}), whole) << "cut at " << cut << " of " << stream.substr(0, 200);
  }
  EXPECT_EQ(byte_by_byte(stream), whole) << stream.substr(0, 200);
  return whole;
}

std::string get(const std::string& fields = "", const std::string& target = "/a") {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}
std::string post(const std::string& fields, const std::string& body) { return "POST /a HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body; }
std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }

void expect_refused(int status, const std::string& stream) {
  const Outcome expected{{}, "refused " + std::to_string(status)};
  EXPECT_EQ(outcome_of(stream), expected) << stream.substr(0, 300);
}

void expect_requests(const std::vector<std::string>& requests, const std::string& stream) {
  EXPECT_EQ(outcome_of(stream), (Outcome{requests, ""})) << stream.substr(0, 300);
}

TEST(Framer, TakesAPlainRequest) {
  expect_requests({"GET /a "}, get());
  expect_requests({"GET /a?b=%20c "}, get("Accept: */*\r\n", "/a?b=%20c"));
  expect_requests({"POST /a hello"}, post("Content-Length: 5\r\n", "hello"));
  expect_requests({"POST /a "}, post("Content-Length: 0\r\n", ""));
  expect_requests({"POST /a "}, post("", ""));
  expect_requests({"DELETE /a "}, "DELETE /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  expect_requests({"GET /a "}, "GET /a HTTP/1.0\r\nHost: h\r\n\r\n");
}

TEST(Framer, TakesPipelinedRequestsOneByOne) {
  expect_requests({"GET /a ", "POST /a hello", "GET /b "}, get() + post("Content-Length: 5\r\n", "hello") + get("", "/b"));
  expect_requests({"POST /a hello", "GET /a "}, chunked("5\r\nhello\r\n0\r\n\r\n") + get());
}

TEST(Framer, ForgivesOneEmptyLineBeforeARequest) {
  expect_requests({"POST /a x", "GET /a "}, post("Content-Length: 1\r\n", "x") + "\r\n" + get());
  expect_refused(400, "\r\n\r\n" + get());
}

TEST(Framer, TakesChunks) {
  expect_requests({"POST /a hello world"}, chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"));
  expect_requests({"POST /a "}, chunked("0\r\n\r\n"));
  expect_requests({"POST /a hello"}, chunked("0005;name=value\r\nhello\r\n0;last\r\nX-Sum: 1\r\n\r\n"));
  expect_requests({"POST /a 0123456789abcdef"}, chunked("10\r\n0123456789abcdef\r\n0\r\n\r\n"));
}

TEST(Framer, WaitsForTheRestOfABody) {
  EXPECT_EQ(outcome_of(post("Content-Length: 5\r\n", "hell")), (Outcome{{}, "wants more"}));
  EXPECT_EQ(outcome_of(chunked("5\r\nhello\r\n0\r\n")), (Outcome{{}, "wants more"}));
}

TEST(Framer, RefusesTwoContentLengths) {
  expect_refused(400, post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"));
  expect_refused(400, post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"));
  expect_refused(400, post("Content-Length: 5, 5\r\n", "hello"));
}

TEST(Framer, RefusesAContentLengthThatIsNoPlainNumber) {
  for (const char* length : {"abc", "+5", "-5", "0x5", "5 5", "5;", "", "5.0", "99999999999999999999999999"}) {
    expect_refused(400, post("Content-Length: " + std::string(length) + "\r\n", "hello"));
  }
}

TEST(Framer, RefusesContentLengthWithTransferEncoding) {
  expect_refused(400, post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
  expect_refused(400, post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"));
}

TEST(Framer, RefusesTransferEncodingsOtherThanChunked) {
  for (const char* coding :
       {"identity", "xchunked", "chunked, identity", "gzip, chunked", "chunked, chunked", "chunked;a=b", "", "\"chunked\""}) {
    expect_refused(400, post("Transfer-Encoding: " + std::string(coding) + "\r\n", "0\r\n\r\n"));
  }
  expect_refused(400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
  expect_refused(400, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"));
  expect_refused(400, "POST /a HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  expect_requests({"POST /a "}, post("transfer-encoding: Chunked\r\n", "0\r\n\r\n"));
}

TEST(Framer, RefusesABodyWhereNoneBelongs) {
  for (const char* method : {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "BREW"}) {
    expect_refused(400, std::string(method) + " /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    expect_refused(400, std::string(method) + " /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  }
}

TEST(Framer, RefusesAMissingSecondOrStrangeHost) {
  expect_refused(400, "GET /a HTTP/1.1\r\n\r\n");
  expect_refused(400, "GET /a HTTP/1.0\r\n\r\n");
  expect_refused(400, get("Host: h\r\n"));
  for (const char* host : {"", "a b", "a,b", "a/b", "user@h", "h\\", "<h>"}) {
    expect_refused(400, "GET /a HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
  }
  for (const char* host : {"h:8000", "[::1]:80", "a-b.example", "10.0.0.1"}) {
    expect_requests({"GET /a "}, "GET /a HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n");
  }
}

TEST(Framer, RefusesTargetsThatAreNoPath) {
  for (const char* target : {"http://h/a", "*", "h:443", "a", "?a", "//h\\a", "/a#b", "/a|b", "/a^b", "/a{b}", "/\"a\"", "/a`", "/<a>"}) {
    expect_refused(400, get("", target));
  }
  expect_refused(400, "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n");
  expect_refused(400, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST(Framer, RefusesBadEscapesAndRawBytesInTheTarget) {
  for (const char* target :
       {"/%00", "/%zz", "/%", "/%4", "/%0d%0a", "/%0A", "/%7f", "/%1b", "/\x80", "/caf\xc3\xa9", "/%ff", "/%c0%af", "/a?\xc3\xa9"}) {
    expect_refused(400, get("", target));
  }
  expect_requests({"GET /caf%C3%A9/%2F "}, get("", "/caf%C3%A9/%2F"));
}

TEST(Framer, RefusesMalformedRequestLines) {
  for (const char* line :
       {"GET /a", "GET  /a HTTP/1.1", "GET /a  HTTP/1.1", " GET /a HTTP/1.1", "GET /a HTTP/1.1 ", "GET /a b HTTP/1.1", "GET\t/a\tHTTP/1.1",
        "GET /a http/1.1", "GET /a HTTP/11", "/a HTTP/1.1", "G@T /a HTTP/1.1", "GET /a HTTP/1.1\x01", "garbage", "HTTP/1.1"}) {
    expect_refused(400, std::string(line) + "\r\nHost: h\r\n\r\n");
  }
}

TEST(Framer, RefusesOtherVersions) {
  for (const char* version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/3.0"}) {
    expect_refused(505, "GET /a " + std::string(version) + "\r\nHost: h\r\n\r\n");
  }
  expect_refused(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
}

TEST(Framer, RefusesBareLineEndings) {
  expect_refused(400, "GET /a HTTP/1.1\nHost: h\n\n");
  expect_refused(400, "GET /a HTTP/1.1\r\nHost: h\n\r\n");
  expect_refused(400, "GET /a HTTP/1.1\r\nHost: h\r\n\n");
  expect_refused(400, "GET /a HTTP/1.1\r\nHost: h\rX: y\r\n\r\n");
  expect_refused(400, "GET /a HTTP/1.1\r\r\nHost: h\r\n\r\n");
  expect_refused(400, "\n" + get());
}

TEST(Framer, RefusesMalformedFields) {
  for (const char* field : {"X : y", ": y", "X y", "X", "X\x01: y", "(x): y", "X: a\001b", "X: a\x7f", "X\xe9: y"}) {
    expect_refused(400, get(std::string(field) + "\r\n"));
  }
  expect_refused(400, get(std::string("X: a\0b\r\n", 8)));
  expect_refused(400, get("X: a\r\n folded\r\n"));
  expect_refused(400, get("X: a\r\n\tfolded\r\n"));
  expect_refused(400, "GET /a HTTP/1.1\r\n Host: h\r\n\r\n");
  expect_refused(400, get("Content-Type: a/b\r\nContent-Type: c/d\r\n"));
  expect_refused(400, get("Connection: a b\r\n"));
}

TEST(Framer, RefusesCodedBodiesAndUnknownExpectations) {
  expect_refused(415, post("Content-Encoding: gzip\r\nContent-Length: 5\r\n", "hello"));
  expect_refused(417, post("Expect: 200-ok\r\nContent-Length: 5\r\n", "hello"));
  expect_requests({"POST /a hello"}, post("Expect: 100-Continue\r\nContent-Length: 5\r\n", "hello"));
}

TEST(Framer, RefusesATargetAboveItsLimit) {
  const std::string longest = "/" + std::string(k_target_bytes_max - 1, 'a');
  expect_requests({"GET " + longest + " "}, get("", longest));
  expect_refused(414, get("", longest + "a"));
  expect_refused(414, "GET /" + std::string(1'000'000, 'a'));
  expect_refused(414, std::string(1'000'000, 'G'));
}

TEST(Framer, RefusesAHeadAboveItsLimits) {
  expect_refused(431, get("X: " + std::string(40'000, 'a') + "\r\n"));
  expect_refused(431, "GET /a HTTP/1.1\r\nX: " + std::string(1'000'000, 'a'));
  std::string fields;
  for (int i = 0; i < 99; ++i) { fields += "X: y\r\n"; }
  expect_requests({"GET /a "}, get(fields));
  expect_refused(431, get(fields + "X: y\r\n"));
  for (int i = 0; i < 100'000; ++i) { fields += "a:\r\n"; }
  expect_refused(431, get(fields));
}

TEST(Framer, RefusesABodyAboveItsLimit) {
  expect_refused(413, post("Content-Length: 1048577\r\n", ""));
  expect_refused(413, post("Content-Length: 9999999999999999999\r\n", ""));
  expect_refused(413, chunked("100001\r\n"));
  expect_refused(413, chunked("ffffffffffffffff\r\n"));
  const std::string half(k_body_max / 2, 'a');
  expect_requests({"POST /a " + half + half}, chunked("80000\r\n" + half + "\r\n80000\r\n" + half + "\r\n0\r\n\r\n"));
  expect_refused(413, chunked("80000\r\n" + half + "\r\n80001\r\n"));
}

TEST(Framer, RefusesMalformedChunks) {
  for (const char* body : {"\r\n", "x\r\n", "-1\r\n", "+1\r\n", "0x5\r\n", "5 \r\nhello\r\n", "5\nhello\r\n", "5\r\nhello0\r\n\r\n",
                           "5\r\nhelloo\r\n", "5\r\nhello\n0\r\n\r\n", "11112222333344445\r\n", ";a\r\n", "5;\x01\r\n", "5;a\rb\r\n",
                           "0\r\nno colon\r\n\r\n", "0\r\n folded: a\r\n\r\n", "0\r\n: a\r\n\r\n", "0\r\nX: a\n\r\n"}) {
    expect_refused(400, chunked(body));
  }
}

TEST(Framer, RefusesEndlessChunkExtensionsAndTrailers) {
  expect_refused(400, chunked("1;" + std::string(1'000'000, 'a')));
  expect_refused(400, chunked(std::string(5'000, '0')));
  expect_refused(400, chunked("0\r\nX: " + std::string(1'000'000, 'a')));
  std::string chunks;
  for (int i = 0; i < 50; ++i) { chunks += "1;" + std::string(100, 'e') + "\r\nx\r\n"; }
  expect_refused(400, chunked(chunks));
  std::string trailers = "0\r\n";
  for (int i = 0; i < 1000; ++i) { trailers += "Trailer: x\r\n"; }
  expect_refused(400, chunked(trailers));
}

TEST(Framer, KeepsAliveAsTheClientAsks) {
  const auto keeps_alive = [](const std::string& stream) {
    Framer framer(k_header_max, k_body_max);
    framer.feed(stream);
    return framer.state() == Framer::State::complete && framer.head().keep_alive;
  };
  EXPECT_TRUE(keeps_alive(get()));
  EXPECT_FALSE(keeps_alive(get("Connection: close\r\n")));
  EXPECT_FALSE(keeps_alive(get("Connection: keep-alive, Close\r\n")));
  EXPECT_FALSE(keeps_alive("GET /a HTTP/1.0\r\nHost: h\r\n\r\n"));
  EXPECT_TRUE(keeps_alive("GET /a HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(Framer, AsksForAContinueOnlyWhileTheBodyIsAwaited) {
  Framer framer(k_header_max, k_body_max);
  framer.feed(post("Expect: 100-continue\r\nContent-Length: 2\r\n", ""));
  EXPECT_TRUE(framer.wants_continue());
  framer.feed("a");
  EXPECT_FALSE(framer.wants_continue());
  framer.feed("b");
  EXPECT_EQ(framer.state(), Framer::State::complete);
}

TEST(Framer, GivesPathAndQueryApart) {
  Framer framer(k_header_max, k_body_max);
  framer.feed(get("", "/a%20b/c?d=%20?e"));
  EXPECT_EQ(framer.head().path, "/a b/c");
  EXPECT_EQ(framer.head().query(), "d=%20?e");
}

}  // namespace
}  // namespace bizcomms::http
