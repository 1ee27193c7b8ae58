// Between a framed request and its answer: completes the request, finds its route, runs the handler, logs and counts.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/random.hpp"
#include "bizcomms/base/time.hpp"
#include "bizcomms/base/tracer.hpp"
#include "bizcomms/http/server.hpp"
#include "http/framer.hpp"
#include "http/meters.hpp"
#include "http/proxies.hpp"
#include "http/router.hpp"

namespace bizcomms::http {

// One request and its answer.
struct Exchange {
  Request request;
  Response response;
  std::size_t route = Router::k_none;
  bool keep_alive = true;
  SteadyTime began{};  // when its last byte had come
  OpenSpan span{};
};

// Filled before the server starts; from then on thread-safe. Nothing it calls can throw out of it.
class Dispatcher {
public:
  enum class Next : unsigned char { answered, run_here, run_on_handler_thread };

  Dispatcher(const ServerSettings& settings, const Log& log, Metrics& metrics, const Clock& clock, Tracer tracer = {});
  void add(Route route);
  void error_page(ErrorPage page) { m_error_page = std::move(page); }
  void trust(TrustedProxies proxies) { m_proxies = std::move(proxies); }

  // Takes a complete request out of the framer, and says who runs handle(); `answered` when no handler can.
  [[nodiscard]] Next receive(Framer& framer, const std::string& peer, Random& random, Exchange& exchange) const;
  void handle(Exchange& exchange) const;
  // No thread is free for it.
  void refuse_overload(Exchange& exchange) const;
  // What the framer refused, or the server without having read it.
  void refuse(const Refusal& refusal, Head head, const std::string& peer, Random& random, Exchange& exchange) const;

private:
  struct Served {
    Route route;
    std::unique_ptr<RouteMeter> meter;
    bool quiet = false;  // probes and scrapes, which nobody wants to read
    std::string span_name{};
  };

  void fill(Head head, const std::string& peer, Random& random, Exchange& exchange) const;
  void trace(const Served& served, Exchange& exchange) const;
  [[nodiscard]] bool accept_body(Exchange& exchange) const;
  void run(const Served& served, Exchange& exchange) const;
  void answer(Exchange& exchange, int status, const std::string& detail) const;
  void finish(Exchange& exchange) const;
  void log_request(const Exchange& exchange, std::string_view route, bool quiet, double seconds) const;

  std::string m_name;
  Log m_log;
  Metrics& m_metrics;
  const Clock& m_clock;
  Tracer m_tracer;
  ErrorPage m_error_page;
  TrustedProxies m_proxies;
  Router m_router;
  std::vector<Served> m_routes;
  std::unique_ptr<RouteMeter> m_unmatched;
  mutable RefusalMeter m_refusals;
};

}  // namespace bizcomms::http
