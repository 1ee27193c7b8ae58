#include "http/connection.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace bizcomms::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr Millis k_sweep_interval{200};
constexpr Millis k_linger{500};
constexpr Millis k_idle_min{1'000};  // what is shorter idle may just be about to ask

// One timer for all deadlines of a thread: setting one for each read would cost more than it is worth.
void sweep(const Clock& clock, IoThread& thread) {
  thread.sweeping = true;
  thread.sweep_timer.expires_after(k_sweep_interval);
  thread.sweep_timer.async_wait([&clock, &thread](const error_code& error) {
    thread.sweeping = false;
    if (error || (thread.idle.empty() && thread.busy.empty())) { return; }
    const auto now = clock.steady();
    for (const auto* connections : {&thread.idle, &thread.busy}) {
      for (auto* connection : *connections) { connection->expire_if_due(now); }
    }
    sweep(clock, thread);
  });
}

}  // namespace

Connection::Connection(Shared& shared, IoThread& thread, tcp::socket socket, std::string peer)
    : m_shared(shared),
      m_thread(thread),
      m_socket(std::move(socket)),
      m_peer(std::move(peer)),
      m_framer(shared.settings.header_bytes_max, shared.settings.body_bytes_max) {
  m_shared.gauge.add(1);
}

Connection::~Connection() {
  set_busy(false);
  hold(0);
  if (m_among != nullptr) { m_among->erase(m_place); }
  m_shared.gauge.add(-1);
  --m_shared.open;
}

void Connection::enlist(std::list<Connection*>& among) {
  if (m_among == nullptr) {
    m_place = among.insert(among.end(), this);
  } else {
    among.splice(among.end(), *m_among, m_place);
  }
  m_among = &among;
  if (!m_thread.sweeping) { sweep(m_shared.clock, m_thread); }
}

void Connection::arm(Millis limit) {
  m_deadline = m_shared.clock.steady() + limit;
  m_expired = false;
}

void Connection::expire_if_due(SteadyTime now) {
  if (now < m_deadline) { return; }
  m_expired = true;
  error_code ignored;
  m_socket.cancel(ignored);
}

void Connection::wake() {
  error_code ignored;
  m_socket.cancel(ignored);
}

// Of one among IoThread::idle: its deadline was set when it became idle.
bool Connection::has_been_idle_for(Millis duration) const {
  return m_shared.clock.steady() >= m_deadline - m_shared.settings.idle_timeout + duration;
}

void Connection::end_idle() {
  m_ended = true;
  enlist(m_thread.busy);
  wake();
}

void Connection::set_busy(bool busy) {
  if (busy == m_busy) { return; }
  m_busy = busy;
  if (busy) { enlist(m_thread.busy); }
  m_shared.busy += busy ? 1 : -1;
  if (busy || !m_shared.draining) { return; }
  const std::scoped_lock lock(m_shared.mutex);
  m_shared.quiet.notify_all();
}

void Connection::hold(std::size_t body_bytes) {
  if (body_bytes == m_held) { return; }
  m_shared.body_bytes += body_bytes;
  m_shared.body_bytes -= m_held;
  m_held = body_bytes;
}

asio::awaitable<void> Connection::serve() {
  for (;;) {
    enlist(m_thread.idle);
    const auto received = co_await receive();
    if (received == Received::nothing) { co_return; }
    if (received == Received::request) { co_await handle(); }
    const bool plain = m_exchange.response.ending == Ending::answer && m_exchange.response.delay == Millis{0};
    if (!plain) {
      const bool answers = co_await end_otherwise();
      if (!answers) { co_return; }
    }
    const bool more = co_await answer();
    set_busy(false);
    if (!more) { break; }
    if (!m_pending.empty()) { co_await asio::post(asio::use_awaitable); }  // a client that pipelines lets others in
  }
  co_await linger();
}

asio::awaitable<void> Connection::turn_away() {
  const auto& idle = m_thread.idle;
  if (!idle.empty() && idle.front()->has_been_idle_for(k_idle_min)) {
    m_shared.idle_closed.add();
    idle.front()->end_idle();
    co_await serve();
    co_return;
  }
  enlist(m_thread.busy);
  refuse({503, "connections", "The server has too many open connections; try again in a second."});
  co_await answer();
  co_await linger();
}

asio::awaitable<Connection::Received> Connection::receive() {
  m_framer.next();
  m_exchange = {};
  hold(0);
  arm(m_shared.settings.idle_timeout);
  const std::string pending = std::exchange(m_pending, {});
  m_bytes = pending;
  bool continued = false;
  for (;;) {
    take_bytes();
    if (m_framer.settled()) { break; }
    if (m_held > 0 && m_shared.body_bytes > m_shared.settings.all_bodies_bytes_max) {
      co_return refuse({503, "memory", "The server has too many large requests in hand; try again in a second."});
    }
    if (m_framer.wants_continue() && !std::exchange(continued, true)) {
      const auto deadline = m_deadline;  // from the first byte, whatever comes between
      if (!co_await write("HTTP/1.1 100 Continue\r\n\r\n", {})) { co_return Received::nothing; }
      m_deadline = deadline;
    }
    const auto got = co_await read();
    if (got == Read::bytes) { continue; }
    if (got == Read::end || !m_busy) { co_return Received::nothing; }
    co_return refuse({408, "timeout", "The request did not arrive within " + to_words(m_shared.settings.request_timeout) + "."});
  }
  m_deadline = SteadyTime::max();
  co_return m_framer.state() == Framer::State::complete ? Received::request : refuse(m_framer.refusal());
}

void Connection::take_bytes() {
  const auto used = m_framer.feed(m_bytes);
  if (m_framer.state() == Framer::State::complete) { m_pending = m_bytes.substr(used); }
  m_bytes = {};
  hold(m_framer.body().size());
  if (m_busy || m_framer.state() == Framer::State::idle) { return; }
  set_busy(true);
  arm(m_shared.settings.request_timeout);
}

Connection::Received Connection::refuse(const Refusal& refusal) {
  m_shared.dispatcher.refuse(refusal, std::move(m_framer.head()), m_peer, m_thread.random, m_exchange);
  return Received::refusal;
}

asio::awaitable<Connection::Read> Connection::read() {
  for (;;) {
    error_code error;
    if (!m_busy && (m_ended || m_shared.draining) && m_socket.available(error) == 0) { co_return Read::end; }
    co_await m_socket.async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, error));
    if (m_expired) { co_return Read::deadline; }
    const auto size = m_socket.read_some(asio::buffer(m_thread.scratch), error);
    if (!error) {
      m_bytes = {m_thread.scratch.data(), size};
      co_return Read::bytes;
    }
    if (error != asio::error::would_block) { co_return Read::end; }
  }
}

asio::awaitable<void> Connection::handle() {
  const auto next = m_shared.dispatcher.receive(m_framer, m_peer, m_thread.random, m_exchange);
  if (next == Dispatcher::Next::run_here) { m_shared.dispatcher.handle(m_exchange); }
  if (next != Dispatcher::Next::run_on_handler_thread) { co_return; }  // g++ 12 miscompiles a co_await inside a switch
  const bool ran = co_await run_on_handler_thread();
  if (!ran) { m_shared.dispatcher.refuse_overload(m_exchange); }
}

// False when the pool did not take it.
asio::awaitable<bool> Connection::run_on_handler_thread() {
  const auto hand_over = [this](auto resumption) {
    auto kept = std::make_shared<decltype(resumption)>(std::move(resumption));
    m_resume = [kept](bool ran) { std::move (*kept)(ran); };
    if (!m_shared.pools.of(m_exchange.request.method).submit(*this)) {
      asio::post(m_thread.context, [this] { resume(false); });
    }
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(hand_over, asio::use_awaitable);
}

void Connection::run() noexcept {
  const bool late = m_shared.clock.steady() - m_exchange.began > m_shared.settings.handler_queue_wait;
  late ? m_shared.dispatcher.refuse_overload(m_exchange) : m_shared.dispatcher.handle(m_exchange);
  asio::post(m_thread.context, [this] { resume(true); });
}

void Connection::resume(bool ran) {
  const auto resumption = std::exchange(m_resume, nullptr);
  resumption(ran);  // may end with this connection destroyed
}

// For simulators: late, broken off, or never. True when the answer is to be written after all.
asio::awaitable<bool> Connection::end_otherwise() {
  const auto ending = m_exchange.response.ending;
  error_code ignored;
  if (m_exchange.response.delay > Millis{0}) {
    asio::steady_timer timer(m_thread.context, m_exchange.response.delay);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  if (ending == Ending::reset) {
    m_socket.set_option(asio::socket_base::linger(true, 0), ignored);
    m_socket.close(ignored);
  }
  while (ending == Ending::hang) {
    const auto got = co_await read();
    if (got != Read::bytes) { break; }
  }
  co_return ending == Ending::answer;
}

// False when nothing may follow it.
asio::awaitable<bool> Connection::answer() {
  const auto& response = m_exchange.response;
  const bool keep_alive = m_exchange.keep_alive && !m_ended && !m_shared.draining;
  const auto head = answer_head(response, m_exchange.request.id, keep_alive, m_thread.date.at(m_shared.clock.now()));
  const bool with_body = has_body(response.status) && m_exchange.request.method != "HEAD";
  const bool written = co_await write(head, with_body ? std::string_view(response.body) : std::string_view());
  co_return written&& keep_alive;
}

asio::awaitable<bool> Connection::write(std::string_view head, std::string_view body) {
  arm(m_shared.settings.write_timeout);
  for (;;) {
    error_code error;
    const std::array<asio::const_buffer, 2> buffers{asio::const_buffer(head.data(), head.size()),
                                                    asio::const_buffer(body.data(), body.size())};
    const auto sent = m_socket.write_some(buffers, error);
    if (error && error != asio::error::would_block) { co_return false; }
    const auto of_head = std::min(sent, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(sent - of_head);
    if (head.empty() && body.empty()) { co_return true; }
    co_await m_socket.async_wait(tcp::socket::wait_write, asio::redirect_error(asio::use_awaitable, error));
    if (m_expired) { co_return false; }
  }
}

// Closing with bytes unread would reset the connection, and the client might never see the answer.
asio::awaitable<void> Connection::linger() {
  error_code failed;
  m_socket.shutdown(tcp::socket::shutdown_send, failed);
  if (failed) { co_return; }
  arm(k_linger);
  while (co_await read() == Read::bytes) {}
}

}  // namespace bizcomms::http
