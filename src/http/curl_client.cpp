// The engine: one thread, one multi handle. Requests come in through a vector under a mutex; the thread is woken only when it may be
// asleep.
#include <curl/curl.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "bizcomms/base/time.hpp"
#include "http/curl_transfer.hpp"
#include "http/socket_watch.hpp"

namespace bizcomms::http {
namespace {

constexpr std::size_t k_widening = 8;         // connections more
constexpr std::size_t k_part_for_urgent = 8;  // one of so many connections
constexpr Millis k_widening_pause{1};
constexpr Millis k_sleep{1'000};         // at most; libcurl's own timers shorten it
constexpr Millis k_sleep_waiting{100};   // while requests wait for a connection, whose time may run out
constexpr std::size_t k_hosts_max = 20;  // named in metrics; the rest are "other", so that foreign URLs cannot fill the registry

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

struct CurlGlobal {
  CurlGlobal() { check(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl starts"); }
  ~CurlGlobal() { curl_global_cleanup(); }
  CurlGlobal(const CurlGlobal&) = delete;
  CurlGlobal& operator=(const CurlGlobal&) = delete;
};

// Metrics of the engine's thread.
class CurlMetrics {
public:
  explicit CurlMetrics(Metrics& metrics)
      : m_metrics(metrics),
        m_in_flight(metrics.gauge("bizcomms_http_client_in_flight", "Requests on a connection.")),
        m_waiting(metrics.gauge("bizcomms_http_client_waiting", "Requests waiting for a connection.")) {}

  void load(std::size_t in_flight, std::size_t waiting) {
    m_in_flight.set(static_cast<double>(in_flight));
    m_waiting.set(static_cast<double>(waiting));
  }

  void ended(std::string_view host, const Result<ClientResponse>& result, SteadyTime::duration took) {
    OfHost& of_host = of(host);
    Counter*& counter = of_host.outcomes[result ? std::string_view("answered") : std::string_view(to_string(result.error().code))];
    if (counter == nullptr) {
      counter = &m_metrics.counter("bizcomms_http_client_requests_total", "Requests sent, by how they ended.",
                                   {{"host", of_host.name}, {"outcome", result ? "answered" : to_string(result.error().code)}});
    }
    counter->add();
    of_host.seconds->observe(std::chrono::duration<double>(took).count());
  }

private:
  struct OfHost {
    std::string name;
    Histogram* seconds = nullptr;
    std::map<std::string_view, Counter*> outcomes;  // keys are literals
  };

  OfHost& of(std::string_view host) {
    auto found = m_hosts.find(host);
    if (found == m_hosts.end()) {
      const std::string name = host.empty() ? "none" : m_hosts.size() < k_hosts_max ? std::string(host) : "other";
      found = m_hosts.try_emplace(name).first;
      found->second.name = name;
      found->second.seconds = &m_metrics.histogram("bizcomms_http_client_request_seconds", "From handing a request in to its end.",
                                                   Metrics::k_seconds, {{"host", name}});
    }
    return found->second;
  }

  Metrics& m_metrics;
  Gauge& m_in_flight;
  Gauge& m_waiting;
  std::map<std::string, OfHost, std::less<>> m_hosts;
};

}  // namespace

struct CurlClient::Hidden {
  Hidden(CurlSettings s, const Log& l, Metrics& m) : settings(std::move(s)), log(l), metrics(m), multi(curl_multi_init()) {
    check(settings.connections_max > 0, "an HTTP client has at least one connection");
    width = std::min(k_widening, static_cast<std::size_t>(settings.connections_max));
    check(multi != nullptr, "libcurl makes a multi handle");
    curl_multi_setopt(multi.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(settings.connections_max));
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(settings.connections_max));
    curl_multi_setopt(multi.get(), CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  }

  void run(const std::stop_token& stop);
  bool take_in();
  bool may_sleep(const std::stop_token& stop);
  void widen();
  [[nodiscard]] std::size_t most() const { return static_cast<std::size_t>(settings.connections_max); }
  [[nodiscard]] bool has_room() const { return active.size() < std::min(width, most() - most() / k_part_for_urgent); }
  [[nodiscard]] bool is_wide() const { return width == most(); }
  [[nodiscard]] bool none_waits() const { return waiting.empty() && urgent.empty(); }
  [[nodiscard]] Millis longest_wait() const { return none_waits() ? k_sleep : is_wide() ? k_sleep_waiting : k_widening_pause; }
  void start_waiting();
  void start_first(std::deque<CurlSubmission>& of);
  void start(CurlSubmission submission);
  void collect();
  void give_up_late();
  void give_up_all();
  void end(CurlTransfer& transfer, Result<ClientResponse> result);
  void end_waiting(const CurlSubmission& submission, Error error);
  void wake();

  CurlGlobal global;  // before all that uses libcurl
  CurlSettings settings;
  Log log;
  CurlMetrics metrics;
  SystemClock clock;
  std::unique_ptr<CURLM, FreeMulti> multi;
  SocketWatch sockets{multi.get()};
  // The engine's thread only:
  std::deque<CurlSubmission> urgent;   // wait for a connection
  std::deque<CurlSubmission> waiting;  // and those that are not urgent
  std::map<CURL*, std::unique_ptr<CurlTransfer>> active;
  std::vector<std::unique_ptr<CurlTransfer>> idle;
  SteadyTime next_look_at_waiting{};
  std::size_t width;      // requests that may be on a connection
  std::size_t ended = 0;  // since the last widening
  SteadyTime widened_at{};

  std::mutex mutex;  // guards the two below
  std::vector<CurlSubmission> handed_in;
  bool asleep = false;

  std::jthread thread;  // last: it ends before what it uses
};

bool CurlClient::Hidden::take_in() {
  std::vector<CurlSubmission> taken;
  {
    const std::lock_guard lock(mutex);
    asleep = false;
    taken.swap(handed_in);
  }
  for (CurlSubmission& submission : taken) { (submission.request.urgent ? urgent : waiting).push_back(std::move(submission)); }
  return !taken.empty();
}

// From a true answer on, send() and the destructor wake the thread.
bool CurlClient::Hidden::may_sleep(const std::stop_token& stop) {
  const std::lock_guard lock(mutex);
  asleep = handed_in.empty() && !stop.stop_requested();
  return asleep;
}

void CurlClient::Hidden::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    take_in();
    start_waiting();
    widen();
    start_waiting();
    sockets.turn(may_sleep(stop) ? longest_wait() : Millis{0});
    collect();
    give_up_late();
    metrics.load(active.size(), waiting.size() + urgent.size());
  }
  do { give_up_all(); } while (take_in());  // a `done` may have sent once more
}

// While requests wait: every millisecond some connections more, or fewer where half of the requests end within it. A server that answers at
// once is so served by few connections, each used again and again, which costs half as much as many; a slow one soon has all of them.
void CurlClient::Hidden::widen() {
  const SteadyTime now = clock.steady();
  const auto passed = now - widened_at;
  if (none_waits() || passed < k_widening_pause) { return; }
  widened_at = now;
  const std::size_t quick_ones = std::exchange(ended, 0);
  if (passed > 2 * k_widening_pause) { return; }  // asleep meanwhile, or kept from the processor: says nothing
  const auto least = std::min(k_widening, most());
  if (2 * quick_ones < active.size()) {
    width = std::min(width + k_widening, most());
  } else {
    width = width > least + k_widening ? width - k_widening : least;
  }
}

void CurlClient::Hidden::start_waiting() {
  while (active.size() < most() && !urgent.empty()) { start_first(urgent); }
  while (has_room() && !waiting.empty()) { start_first(waiting); }
}

void CurlClient::Hidden::start_first(std::deque<CurlSubmission>& of) {
  CurlSubmission first = std::move(of.front());
  of.pop_front();
  start(std::move(first));
}

void CurlClient::Hidden::start(CurlSubmission submission) {
  std::unique_ptr<CurlTransfer> transfer;
  if (idle.empty()) {
    transfer = std::make_unique<CurlTransfer>(settings);
  } else {
    transfer = std::move(idle.back());
    idle.pop_back();
  }
  if (auto prepared = transfer->prepare(std::move(submission)); !prepared) {
    end(*transfer, prepared.error());
  } else if (curl_multi_add_handle(multi.get(), transfer->handle()) != CURLM_OK) {
    end(*transfer, transfer->given_up("The HTTP client could not take the request."));
  } else {
    active.emplace(transfer->handle(), std::move(transfer));
    return;
  }
  idle.push_back(std::move(transfer));
}

void CurlClient::Hidden::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) { continue; }
    CURL* const handle = message->easy_handle;
    const CURLcode code = message->data.result;
    curl_multi_remove_handle(multi.get(), handle);  // from here `message` is gone
    auto node = active.extract(handle);
    ++ended;
    check(!node.empty(), "libcurl ends only what was started");
    CurlTransfer& transfer = *node.mapped();
    end(transfer, transfer.finish(code));
    idle.push_back(std::move(node.mapped()));
  }
}

void CurlClient::Hidden::end(CurlTransfer& transfer, Result<ClientResponse> result) {
  metrics.ended(transfer.host(), result, clock.steady() - transfer.submitted());
  if (!result && log.enabled(LogLevel::debug)) {
    log.debug("http request failed",
              {{"host", transfer.host()}, {"outcome", to_string(result.error().code)}, {"cause", result.error().cause}});
  }
  transfer.take_done()(std::move(result));
}

void CurlClient::Hidden::end_waiting(const CurlSubmission& submission, Error error) {
  Result<ClientResponse> result(std::move(error));
  metrics.ended(host_of(authority_of(submission.request.url)), result, clock.steady() - submission.submitted);
  submission.done(std::move(result));
}

// Requests whose time ran out before they had a connection.
void CurlClient::Hidden::give_up_late() {
  const SteadyTime now = clock.steady();
  if (none_waits() || now < next_look_at_waiting) { return; }
  next_look_at_waiting = now + k_sleep_waiting;
  std::deque<CurlSubmission> late;
  for (auto* const queue : {&urgent, &waiting}) {
    for (CurlSubmission& submission : std::exchange(*queue, {})) {
      (now - submission.submitted < submission.request.timeout ? *queue : late).push_back(std::move(submission));
    }
  }
  for (const CurlSubmission& submission : late) {
    end_waiting(submission, Error{.code = ErrorCode::unavailable, .message = "All connections of the HTTP client were busy for too long."});
  }
}

void CurlClient::Hidden::give_up_all() {
  for (auto& [handle, transfer] : std::exchange(active, {})) {
    curl_multi_remove_handle(multi.get(), handle);
    end(*transfer, transfer->given_up("The HTTP client was stopped."));
  }
  for (auto* const queue : {&urgent, &waiting}) {
    for (const CurlSubmission& submission : std::exchange(*queue, {})) {
      end_waiting(submission, Error{.code = ErrorCode::unavailable, .message = "The HTTP client was stopped."});
    }
  }
}

void CurlClient::Hidden::wake() {
  bool was_asleep = false;
  {
    const std::lock_guard lock(mutex);
    was_asleep = std::exchange(asleep, false);
  }
  if (was_asleep) { sockets.wake(); }
}

CurlClient::CurlClient(CurlSettings settings, const Log& log, Metrics& metrics)
    : m_hidden(std::make_unique<Hidden>(std::move(settings), log, metrics)) {
  m_hidden->thread = std::jthread([hidden = m_hidden.get()](const std::stop_token& stop) { hidden->run(stop); });
}

CurlClient::~CurlClient() {
  m_hidden->thread.request_stop();
  m_hidden->wake();
  m_hidden->thread.join();
}

void CurlClient::send(ClientRequest request, std::function<void(Result<ClientResponse>)> done) {
  bool was_asleep = false;
  {
    const std::lock_guard lock(m_hidden->mutex);
    m_hidden->handed_in.push_back({std::move(request), std::move(done), m_hidden->clock.steady()});
    was_asleep = std::exchange(m_hidden->asleep, false);
  }
  if (was_asleep) { m_hidden->sockets.wake(); }
}

}  // namespace bizcomms::http
