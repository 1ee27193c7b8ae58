#include "aws/refreshing.hpp"

#include <gtest/gtest.h>

#include <future>

#include "unit/aws/fixtures.hpp"
#include "unit/aws/scripted_client.hpp"

namespace bizcomms::aws {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// Gives a key of an hour, "1", "2" and so on; fails or waits where it is told to.
class NumberedSource final : public KeySource {
public:
  explicit NumberedSource(const Clock& clock) : m_clock(clock) {}
  Result<AccessKey> fetch() override {
    std::unique_lock lock(m_mutex);
    ++m_asked;
    m_changed.notify_all();
    m_changed.wait(lock, [&] { return !m_held; });
    if (m_failure) { return *m_failure; }
    AccessKey key = temporary_key();
    key.id = std::to_string(m_asked);
    key.expires_at = m_clock.now() + m_lifetime;
    return key;
  }
  void fail(std::optional<Error> error) {
    const std::lock_guard lock(m_mutex);
    m_failure = std::move(error);
  }
  void live_for(minutes lifetime) {
    const std::lock_guard lock(m_mutex);
    m_lifetime = lifetime;
  }
  void hold(bool held) {
    const std::lock_guard lock(m_mutex);
    m_held = held;
    m_changed.notify_all();
  }
  [[nodiscard]] int asked() {
    const std::lock_guard lock(m_mutex);
    return m_asked;
  }
  [[nodiscard]] bool has_been_asked(int times) {
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, seconds{10}, [&] { return m_asked >= times; });
  }

private:
  const Clock& m_clock;
  std::mutex m_mutex;  // guards all below
  std::condition_variable m_changed;
  int m_asked = 0;
  std::optional<Error> m_failure;
  minutes m_lifetime{60};
  bool m_held = false;
};

struct RefreshingTest : testing::Test {
  ManualClock clock{k_noon};
  Heard heard;
  Log log = heard.log();
  NumberedSource* source = nullptr;
  std::unique_ptr<RefreshingCredentials> credentials = make();

  std::unique_ptr<RefreshingCredentials> make() {
    auto own = std::make_unique<NumberedSource>(clock);
    source = own.get();
    return std::make_unique<RefreshingCredentials>(std::move(own), clock, log, std::stop_source());
  }
  static Error outage() { return {.code = ErrorCode::unavailable, .message = "Out of order."}; }
  std::string id() {
    const auto key = credentials->current();
    return key ? key->id : key.error().message;
  }
  // Asks until that key is there, before a deadline: it is fetched in the background.
  bool becomes(const std::string& expected) {
    const auto deadline = std::chrono::steady_clock::now() + seconds{10};
    while (id() != expected && std::chrono::steady_clock::now() < deadline) { std::this_thread::yield(); }
    return id() == expected;
  }
  // Whether a failed refresh has been noted, before a deadline.
  bool has_logged() {
    const auto deadline = std::chrono::steady_clock::now() + seconds{10};
    while (heard.text().empty() && std::chrono::steady_clock::now() < deadline) { std::this_thread::yield(); }
    (void)credentials->current();  // it waits for the mutex under which the line was written, and so until all is noted
    return !heard.text().empty();
  }
};

TEST_F(RefreshingTest, FetchesAKeyOnceAndKeepsIt) {
  EXPECT_EQ(id(), "1");
  clock.advance(minutes{44});
  EXPECT_EQ(id(), "1");
  EXPECT_EQ(source->asked(), 1);
}

TEST_F(RefreshingTest, NothingIsAtHandWhereOneWouldHaveToWait) {
  EXPECT_FALSE(credentials->at_hand());
  EXPECT_EQ(source->asked(), 0) << "that is for current()";
  ASSERT_EQ(id(), "1");
  EXPECT_EQ(credentials->at_hand()->id, "1");
  clock.advance(minutes{45});
  EXPECT_EQ(credentials->at_hand()->id, "1");
  ASSERT_TRUE(source->has_been_asked(2)) << "in the background";
  ASSERT_TRUE(becomes("2"));
  clock.advance(minutes{50});
  EXPECT_FALSE(credentials->at_hand());
}

TEST_F(RefreshingTest, RenewsInTheBackgroundFromFifteenMinutesBefore) {
  ASSERT_EQ(id(), "1");
  clock.advance(minutes{45});
  source->hold(true);
  EXPECT_EQ(id(), "1");
  ASSERT_TRUE(source->has_been_asked(2));
  EXPECT_EQ(id(), "1");  // meanwhile
  source->hold(false);
  EXPECT_TRUE(becomes("2"));
  EXPECT_EQ(source->asked(), 2);
}

TEST_F(RefreshingTest, RenewsAtOnceFromTenMinutesBefore) {
  ASSERT_EQ(id(), "1");
  clock.advance(minutes{50});
  EXPECT_EQ(id(), "2");
}

TEST_F(RefreshingTest, KeepsTheOldOneWhileItIsValidAndRenewingFails) {
  ASSERT_EQ(id(), "1");
  source->fail(outage());
  clock.advance(minutes{50});
  EXPECT_EQ(id(), "1");
  EXPECT_EQ(source->asked(), 2);
  EXPECT_EQ(id(), "1");  // no other try so soon
  EXPECT_EQ(source->asked(), 2);
  clock.advance(seconds{30});
  source->hold(true);
  EXPECT_EQ(id(), "1");  // from now on in the background, so that nobody waits for an outage again and again
  ASSERT_TRUE(source->has_been_asked(3));
  source->fail({});
  source->hold(false);
  EXPECT_TRUE(becomes("3"));
}

TEST_F(RefreshingTest, AFailureInTheBackgroundIsLoggedAndTriedAgainAfterAPause) {
  ASSERT_EQ(id(), "1");
  source->fail(outage());
  clock.advance(minutes{46});
  EXPECT_EQ(id(), "1");
  EXPECT_TRUE(has_logged());
  EXPECT_NE(heard.text().find("Out of order."), std::string::npos);
  EXPECT_EQ(source->asked(), 2);
  source->fail({});
  clock.advance(seconds{30});
  EXPECT_TRUE(becomes("3"));
}

TEST_F(RefreshingTest, AnExpiredKeyIsNotGivenOut) {
  ASSERT_EQ(id(), "1");
  source->fail(outage());
  clock.advance(minutes{61});
  EXPECT_EQ(id(), "Out of order.");
  EXPECT_EQ(id(), "Out of order.");
  EXPECT_EQ(source->asked(), 2);
  clock.advance(seconds{2});
  source->fail({});
  EXPECT_EQ(id(), "3");
}

TEST_F(RefreshingTest, OneRefreshAtATime) {
  source->hold(true);
  std::vector<std::future<std::string>> threads;
  for (int i = 0; i < 8; ++i) {
    threads.push_back(std::async(std::launch::async, [this] { return id(); }));
  }
  EXPECT_TRUE(source->has_been_asked(1));
  source->hold(false);
  for (auto& thread : threads) { EXPECT_EQ(thread.get(), "1"); }
  EXPECT_EQ(source->asked(), 1);
}

TEST_F(RefreshingTest, ARefusedKeyIsReplacedAtOnce) {
  const auto first = credentials->current();
  ASSERT_TRUE(first);
  credentials->refused(*first);
  EXPECT_EQ(id(), "2");
  credentials->refused(*first);  // late news of the old one
  EXPECT_EQ(id(), "2");
}

TEST_F(RefreshingTest, AServiceThatRefusesEveryKeyDoesNotHaveUsAskForEachCall) {
  credentials->refused(*credentials->current());
  ASSERT_EQ(id(), "2");
  credentials->refused(*credentials->current());
  EXPECT_EQ(id(), "2");
  clock.advance(seconds{30});
  credentials->refused(*credentials->current());
  EXPECT_EQ(id(), "3");
}

TEST_F(RefreshingTest, ARefusedKeyIsNotGivenOutWhereRenewingFails) {
  credentials->refused(*credentials->current());
  source->fail(outage());
  EXPECT_EQ(id(), "Out of order.");
}

TEST_F(RefreshingTest, AKeyThatSoonExpiresIsNotFetchedForEachCall) {
  source->live_for(minutes{5});
  EXPECT_EQ(id(), "1");
  EXPECT_EQ(id(), "1");
  clock.advance(seconds{30});
  EXPECT_EQ(id(), "2");
  EXPECT_EQ(source->asked(), 2);
}

TEST_F(RefreshingTest, AKeyThatHasExpiredAlreadyIsNone) {
  source->live_for(minutes{0});
  EXPECT_EQ(id(), "The AWS access key that was given to us has expired already. Check this machine's clock.");
}

TEST_F(RefreshingTest, EndsInTheMiddleOfARefresh) {
  ASSERT_EQ(id(), "1");
  clock.advance(minutes{46});
  source->hold(true);
  EXPECT_EQ(id(), "1");
  ASSERT_TRUE(source->has_been_asked(2));
  auto ended = std::async(std::launch::async, [this] { credentials.reset(); });
  source->hold(false);
  ended.get();
}

TEST(Credentials, AreMadeFromTheEnvironment) {
  ManualClock clock{k_noon};
  ScriptedClient http;
  const auto fixed =
      credentials_from({{"AWS_ACCESS_KEY_ID", "AKIA1"}, {"AWS_SECRET_ACCESS_KEY", "s"}}, k_region, "", http, clock, Log::silent());
  EXPECT_EQ(fixed->current()->id, "AKIA1");
  fixed->refused(*fixed->current());
  EXPECT_EQ(fixed->current()->id, "AKIA1");
  const auto none = credentials_from({}, k_region, "", http, clock, Log::silent());
  EXPECT_EQ(none->current().error().code, ErrorCode::misconfigured);
}

// The pause between two attempts ends with the credentials.
TEST(Credentials, EndWithoutWaitingForTheirPauses) {
  ManualClock clock{k_noon};
  ScriptedClient http;
  http.answers({answered(200, R"({"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"2026-01-15T12:48:00Z"})"), answered(500, "")});
  auto container =
      credentials_from({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/"}}, k_region, "", http, clock, Log::silent());
  ASSERT_TRUE(container->current());
  clock.advance(seconds{30});
  ASSERT_TRUE(container->current());
  EXPECT_TRUE(http.has_been_asked(2));
  container.reset();
  EXPECT_EQ(http.count(), 2U);  // the attempts after the pauses were not made
}

}  // namespace
}  // namespace bizcomms::aws
