#include "http/handler_pool.hpp"

#include <gtest/gtest.h>

#include <latch>

namespace bizcomms::http {
namespace {

class Blocked final : public Job {
public:
  void run() noexcept override {
    m_started.count_down();
    m_go.wait();
    m_done.count_down();
  }
  void wait_started() const { m_started.wait(); }
  void go() { m_go.count_down(); }
  void wait_done() const { m_done.wait(); }
  [[nodiscard]] bool started() const { return m_started.try_wait(); }

private:
  std::latch m_started{1};
  std::latch m_go{1};
  std::latch m_done{1};
};

TEST(HandlerPool, RunsAsManyAtOnceAsItHasThreadsAndQueuesTheRest) {
  HandlerPool pool("test", 2, 1);
  Blocked first;
  Blocked second;
  Blocked third;
  Blocked fourth;
  ASSERT_TRUE(pool.submit(first));
  first.wait_started();
  ASSERT_TRUE(pool.submit(second));
  second.wait_started();
  ASSERT_TRUE(pool.submit(third));
  EXPECT_FALSE(pool.submit(fourth));
  EXPECT_FALSE(third.started());
  for (auto* job : {&first, &second, &third}) { job->go(); }
  third.wait_done();
  fourth.go();
}

class Nothing final : public Job {
public:
  void run() noexcept override {}
};

TEST(HandlerPool, StopsAfterWhatRunsAndForgetsWhatIsQueued) {
  HandlerPool pool("test", 1, 1'000'000'000);
  Blocked running;
  Blocked queued;
  ASSERT_TRUE(pool.submit(running));
  running.wait_started();
  ASSERT_TRUE(pool.submit(queued));
  std::jthread stopper([&] { pool.stop(); });
  Nothing nothing;
  while (pool.submit(nothing)) { std::this_thread::yield(); }  // until the stop has begun
  running.go();
  stopper.join();
  running.wait_done();
  EXPECT_FALSE(queued.started());
}

}  // namespace
}  // namespace bizcomms::http
