#include "app/peer.hpp"

#include <gtest/gtest.h>

namespace bizcomms::app {
namespace {

// One answer to whatever is asked.
class AnsweringPeer final : public http::Client {
public:
  explicit AnsweringPeer(Result<http::ClientResponse> answer) : m_answer(std::move(answer)) {}
  void send(http::ClientRequest request, std::function<void(Result<http::ClientResponse>)> done) override {
    asked = request.url;
    done(m_answer);
  }
  std::string asked;

private:
  Result<http::ClientResponse> m_answer;
};

Result<Sighting> sighted(int status, const std::string& body) {
  AnsweringPeer peer(http::ClientResponse{.status = status, .body = body});
  return ask_peer(peer, "http://west.test/", "east");
}

TEST(AskPeer, SeesCellEpochAndRole) {
  AnsweringPeer peer(http::ClientResponse{.status = 200, .body = R"({"status":"ok","cell":"west","role":"active","epoch":4})"});
  const auto sighting = ask_peer(peer, "http://west.test/", "east");
  ASSERT_TRUE(sighting);
  EXPECT_EQ(peer.asked, "http://west.test/health");
  EXPECT_EQ(sighting->cell, "west");
  EXPECT_EQ(sighting->epoch, 4);
  EXPECT_TRUE(sighting->active);
}

TEST(AskPeer, AStandbyIsNotActive) { EXPECT_FALSE(sighted(200, R"({"cell":"west","role":"standby","epoch":4})")->active); }

TEST(AskPeer, ADrainingPeerStillTells) { EXPECT_EQ(sighted(503, R"({"cell":"west","role":"active","epoch":4})")->epoch, 4); }

TEST(AskPeer, APeerWithoutItsDatabaseCannotTell) {
  EXPECT_EQ(sighted(503, R"({"cell":"west","role":"standby","epoch":null})").error().code, ErrorCode::unavailable);
}

TEST(AskPeer, TheOwnCellIsNoPeer) {
  const auto own = sighted(200, R"({"cell":"east","role":"active","epoch":4})");
  EXPECT_EQ(own.error().code, ErrorCode::misconfigured);
  EXPECT_NE(own.error().message.find("--peer-url leads to this cell itself"), std::string::npos);
}

TEST(AskPeer, SomethingElseIsNoPeer) {
  EXPECT_EQ(sighted(404, "not found").error().code, ErrorCode::misconfigured);
  EXPECT_EQ(sighted(200, R"({"cell":7,"epoch":4})").error().code, ErrorCode::misconfigured);
}

TEST(AskPeer, NoAnswerIsUnavailable) {
  AnsweringPeer peer(Error{ErrorCode::outcome_unknown, "It timed out."});
  EXPECT_EQ(ask_peer(peer, "http://west.test", "east").error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace bizcomms::app
