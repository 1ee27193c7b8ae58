#include "http/front.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <future>
#include <utility>
#include <vector>

#include "http/connection.hpp"
#include "http/listen_address.hpp"
#include "http/proxies.hpp"
#include "http/thread_name.hpp"

namespace bizcomms::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int k_backlog = 4096;
constexpr Millis k_accept_pause{100};   // after accept failed for want of descriptors or memory
constexpr int k_turned_away_max = 256;  // connections above the limit that are still told so

std::string peer_of(const tcp::socket& socket) {
  error_code error;
  const auto text = socket.remote_endpoint(error).address().to_string();
  const auto address = parse_address(text);
  return address ? to_string(*address) : text;  // a link-local address has a zone
}

// Owns the connection for as long as its coroutine lives.
asio::awaitable<void> live(std::unique_ptr<Connection> connection, bool welcome, const Log& log) {
  try {
    if (welcome) {
      co_await connection->serve();
    } else {
      co_await connection->turn_away();
    }
  } catch (const std::exception& error) { log.error("connection failed", {{"cause", error.what()}}); }
}

Error bind_error(const ServerSettings& settings, const error_code& error) {
  std::string why = "cannot be listened on: " + error.message() + ".";
  if (error == asio::error::address_in_use) { why = "is already in use; stop what listens there, or choose another."; }
  if (error == boost::system::errc::address_not_available) { why = "is not an address of this machine; choose another."; }
  if (error == asio::error::access_denied) { why = "needs privileges; choose a port from 1024 up."; }
  return {.code = ErrorCode::unavailable,
          .message = "The " + settings.name + " address " + settings.listen + " " + why,
          .cause = error.message()};
}

}  // namespace

struct Front::Hidden {
  Hidden(const ServerSettings& the_settings, const Log& the_log, Metrics& metrics, const Clock& clock, const Dispatcher& dispatcher,
         HandlerPools& pools)
      : settings(the_settings), log(the_log), shared{the_settings,
                                                     clock,
                                                     dispatcher,
                                                     pools,
                                                     connections_gauge(metrics, the_settings.name),
                                                     idle_closed_counter(metrics, the_settings.name)} {
    for (int i = 0; i < settings.io_threads; ++i) { threads.push_back(std::make_unique<IoThread>()); }
    acceptor = std::make_unique<tcp::acceptor>(threads.front()->context);
  }

  Status bind();
  Status open(const tcp::endpoint& endpoint);
  void run(IoThread& thread);
  asio::awaitable<void> accept_all();
  void admit(IoThread& thread, tcp::socket socket);
  void wake_idle_connections();

  const ServerSettings& settings;
  Log log;
  Shared shared;
  std::vector<std::unique_ptr<IoThread>> threads;
  std::unique_ptr<tcp::acceptor> acceptor;  // of the first thread
  std::string address;
  bool stopped = false;
};

Status Front::Hidden::bind() {
  const auto wanted = parse_listen_address(settings.listen);
  if (!wanted) { return wanted.error(); }
  tcp::resolver resolver(threads.front()->context);
  error_code error;
  const auto flags = tcp::resolver::passive | tcp::resolver::numeric_service;
  const auto found = resolver.resolve(wanted->host, std::to_string(wanted->port), flags, error);
  if (error || found.empty()) { return bind_error(settings, error); }
  if (auto opened = open(found.begin()->endpoint()); !opened) { return opened; }
  address = to_string(ListenAddress{acceptor->local_endpoint().address().to_string(), acceptor->local_endpoint().port()});
  return {};
}

Status Front::Hidden::open(const tcp::endpoint& endpoint) {
  error_code error;
  acceptor->open(endpoint.protocol(), error);
  if (!error) { acceptor->set_option(tcp::acceptor::reuse_address(true), error); }
  if (!error && endpoint.address().is_v6() && endpoint.address().is_unspecified()) {
    acceptor->set_option(asio::ip::v6_only(false), error);  // [::] takes IPv4 too
  }
  if (!error) { acceptor->bind(endpoint, error); }
  if (!error) { acceptor->listen(k_backlog, error); }
  if (error) { return bind_error(settings, error); }
  return {};
}

void Front::Hidden::run(IoThread& thread) {
  thread.runner = std::jthread([&thread] { thread.context.run(); });
  name_thread(thread.runner, settings.name + "-io");
}

asio::awaitable<void> Front::Hidden::accept_all() {
  for (std::size_t turn = 0;; ++turn) {
    auto& thread = *threads[turn % threads.size()];
    error_code error;
    auto socket = co_await acceptor->async_accept(thread.context, asio::redirect_error(asio::use_awaitable, error));
    if (!acceptor->is_open()) { co_return; }
    if (!error) {
      admit(thread, std::move(socket));
      continue;
    }
    log.warning("connection not accepted", {{"server", settings.name}, {"cause", error.message()}});
    asio::steady_timer pause(acceptor->get_executor(), k_accept_pause);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

void Front::Hidden::admit(IoThread& thread, tcp::socket socket) {
  const int open = shared.open++;
  const bool welcome = open < settings.connections_max;
  if (open >= settings.connections_max + k_turned_away_max) {
    --shared.open;
    return;
  }
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
  auto peer = peer_of(socket);
  auto connection = std::make_unique<Connection>(shared, thread, std::move(socket), std::move(peer));
  asio::co_spawn(thread.context, live(std::move(connection), welcome, log), asio::detached);
}

// Returns when each idle connection has looked for a last request, and gone if there was none.
void Front::Hidden::wake_idle_connections() {
  for (const auto& thread : threads) {
    std::promise<void> done;
    asio::post(thread->context, [&] {
      for (auto* connection : thread->idle) { connection->wake(); }
      asio::post(thread->context, [&done] { done.set_value(); });  // behind what those have queued
    });
    done.get_future().wait();
  }
}

Front::Front(const ServerSettings& settings, const Log& log, Metrics& metrics, const Clock& clock, const Dispatcher& dispatcher,
             HandlerPools& pools)
    : m_hidden(std::make_unique<Hidden>(settings, log, metrics, clock, dispatcher, pools)) {}

Front::~Front() { stop(); }

Status Front::start() {
  auto& hidden = *m_hidden;
  if (auto bound = hidden.bind(); !bound) { return bound; }
  asio::co_spawn(hidden.threads.front()->context, hidden.accept_all(), asio::detached);
  for (const auto& thread : hidden.threads) { hidden.run(*thread); }
  return {};
}

const std::string& Front::address() const { return m_hidden->address; }

int Front::drain(std::chrono::milliseconds limit) {
  auto& hidden = *m_hidden;
  auto& shared = hidden.shared;
  if (hidden.stopped || !hidden.threads.front()->runner.joinable()) { return 0; }
  shared.draining = true;
  asio::post(hidden.threads.front()->context, [&hidden] {
    error_code ignored;
    hidden.acceptor->close(ignored);
  });
  hidden.wake_idle_connections();
  std::unique_lock lock(shared.mutex);
  shared.quiet.wait_for(lock, limit, [&] { return shared.busy == 0; });
  return shared.busy;
}

void Front::stop() {
  auto& hidden = *m_hidden;
  if (std::exchange(hidden.stopped, true)) { return; }
  for (const auto& thread : hidden.threads) { thread->context.stop(); }
  for (const auto& thread : hidden.threads) {
    if (thread->runner.joinable()) { thread->runner.join(); }
  }
  hidden.shared.pools.stop();
  hidden.acceptor.reset();
  for (const auto& thread : hidden.threads) {  // a connection that waits for a handler holds itself
    for (auto place = thread->busy.begin(); place != thread->busy.end();) { (*place++)->abandon(); }
  }
  hidden.threads.clear();
}

}  // namespace bizcomms::http
