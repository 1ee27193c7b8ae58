// The HTTP/1.1 server front: an Asio front owns connections and deadlines, a strict framer refuses what is not plainly one
// request, a router compares path segments. Bounded everywhere: connections, header block, bodies, time. Answers that never block
// run on the I/O thread; all others on handler threads, whose queues are bounded (503 with Retry-After when full). GET and HEAD have
// threads of their own: few of them stay warm and are fastest for what answers at once, while many writers share a commit; and neither
// holds up the other's threads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/base/tracer.hpp"
#include "bizcomms/http/message.hpp"

namespace bizcomms::http {

struct ServerSettings {
  std::string name = "api";               // in logs and metrics
  std::string listen = "127.0.0.1:8000";  // "[::1]:8000" too; port 0 takes a free one
  int io_threads = 1;
  int reader_threads = 12;                             // for GET and HEAD
  int writer_threads = 64;                             // for the other methods
  int handler_queue_max = 1024;                        // requests waiting for a reader, and as many for a writer; more: 503
  Millis handler_queue_wait{std::chrono::seconds{5}};  // one that has waited longer gets 503
  int connections_max = 10'000;  // above: the longest idle one is closed for a new one; 503 where none has been idle for a second
  std::size_t header_bytes_max = std::size_t{32} * 1024;
  std::size_t body_bytes_max = std::size_t{1024} * 1024;
  std::size_t all_bodies_bytes_max = std::size_t{256} * 1024 * 1024;  // of all requests in hand; one more that is being read gets 503
  std::chrono::seconds idle_timeout{75};                              // above a load balancer's 60 s
  std::chrono::seconds request_timeout{10};                           // first byte to last
  std::chrono::seconds write_timeout{10};
  std::vector<std::string> trusted_proxies;  // addresses or CIDR blocks whose X-Forwarded-For counts
};

// Where it has checked who asks it says so by Request::of_known_caller: only such requests leave a span.
using Handler = std::function<Response(const Request&)>;

enum class RunOn : unsigned char { handler_thread, io_thread };  // io_thread: for handlers that never block

struct Route {
  std::string method;
  std::string pattern;  // "/v1/alerts/{id}": a {…} matches one non-empty segment; also the label in metrics and logs
  Handler handler;
  RunOn run_on = RunOn::handler_thread;
  bool takes_form = false;  // application/x-www-form-urlencoded instead of JSON; other content types get 415
  // For callers that send no trace headers: the trace that a request belongs to; where it gives none, the request is not traced.
  std::function<std::optional<Trace>(const Request&)> origin = {};
};

// Makes the body of an answer that no handler gave: 400, 404, 405, 408, 413, 414, 415, 431, 500, 501, 503, 505.
using ErrorPage = std::function<Response(int status, const std::string& detail, const std::string& request_id)>;

// start(), drain() and stop() from one thread; everything else is inside. Every answer carries X-Request-Id.
// An exception that leaves a handler is logged and answered with 500, never with its text.
class Server {
public:
  Server(ServerSettings settings, const Log& log, Metrics& metrics, const Clock& clock, Tracer tracer = {});
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void route(Route route);          // before start
  void error_page(ErrorPage page);  // before start
  // Binds and serves. `unavailable` with a plain sentence when the address is taken or not ours.
  [[nodiscard]] Status start();
  [[nodiscard]] std::string address() const;  // "127.0.0.1:41234", after start
  // Takes no new connection, closes idle ones, lets requests in flight finish (with Connection: close), at most for `limit`;
  // then stops. Returns the number of requests it had to cut off.
  int drain(std::chrono::milliseconds limit);
  void stop();

private:
  struct Hidden;
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms::http
