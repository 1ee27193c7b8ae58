// One client's connection, as a coroutine on one I/O thread. Only connection.cpp and front.cpp include this, and with it Asio.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "bizcomms/base/random.hpp"
#include "bizcomms/base/time.hpp"
#include "http/answer.hpp"
#include "http/dispatcher.hpp"
#include "http/framer.hpp"
#include "http/handler_pool.hpp"

namespace bizcomms::http {

class Connection;

// Touched by its own thread alone, the context's post() apart.
struct IoThread {
  std::list<Connection*> idle;         // the longest idle first
  std::list<Connection*> busy;         // and those that are about to end
  std::array<char, 65'536> scratch{};  // what a read brings; kept by nobody across a suspension
  Random random{Random::system_seed()};
  DateField date;
  bool sweeping = false;
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  boost::asio::steady_timer sweep_timer{context};
  std::jthread runner;
};

// What the connections of all I/O threads share.
struct Shared {
  const ServerSettings& settings;
  const Clock& clock;
  const Dispatcher& dispatcher;
  HandlerPools& pools;
  Gauge& gauge;
  Counter& idle_closed;
  std::atomic<int> open{0};                // counted up by who accepts, down by the connection
  std::atomic<int> busy{0};                // connections between the first byte of a request and the last of its answer
  std::atomic<std::size_t> body_bytes{0};  // held by all connections
  std::atomic<bool> draining{false};
  std::mutex mutex{};  // guards nothing: for `quiet` alone
  std::condition_variable quiet{};
};

class Connection final : public Job {
public:
  Connection(Shared& shared, IoThread& thread, boost::asio::ip::tcp::socket socket, std::string peer);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  boost::asio::awaitable<void> serve();      // request after request, until it is over
  boost::asio::awaitable<void> turn_away();  // 503, unread; or, in the place of one that has been idle for some time, as serve()

  void expire_if_due(SteadyTime now);
  void wake();  // when idle: so that it sees the drain
  // After all threads have stopped: destroys this connection if it waits for a handler thread.
  void abandon() { const auto gone = std::exchange(m_resume, nullptr); }
  void run() noexcept override;

private:
  enum class Received : unsigned char { request, refusal, nothing };
  enum class Read : unsigned char { bytes, end, deadline };

  [[nodiscard]] bool has_been_idle_for(Millis duration) const;
  void end_idle();
  void enlist(std::list<Connection*>& among);
  boost::asio::awaitable<Received> receive();
  boost::asio::awaitable<Read> read();
  boost::asio::awaitable<void> handle();
  boost::asio::awaitable<bool> run_on_handler_thread();
  boost::asio::awaitable<bool> end_otherwise();
  boost::asio::awaitable<bool> answer();
  boost::asio::awaitable<bool> write(std::string_view head, std::string_view body);
  boost::asio::awaitable<void> linger();
  void take_bytes();
  Received refuse(const Refusal& refusal);
  void resume(bool ran);
  void set_busy(bool busy);
  void hold(std::size_t body_bytes);
  void arm(Millis limit);

  Shared& m_shared;
  IoThread& m_thread;
  boost::asio::ip::tcp::socket m_socket;
  std::string m_peer;
  std::list<Connection*>* m_among = nullptr;  // of m_thread
  std::list<Connection*>::iterator m_place;   // there
  Framer m_framer;
  Exchange m_exchange;
  std::string m_pending;               // bytes of the requests after this one
  std::string_view m_bytes;            // not yet given to the framer
  std::function<void(bool)> m_resume;  // while a handler thread has this
  SteadyTime m_deadline = SteadyTime::max();
  std::size_t m_held = 0;  // what this connection has in Shared::body_bytes
  bool m_expired = false;
  bool m_busy = false;
  bool m_ended = false;  // by us: nothing but what has arrived is answered
};

}  // namespace bizcomms::http
