#include "app/options.hpp"

namespace bizcomms::app {

OptionGroup api_options(Settings& s) {
  using std::chrono::seconds;
  return {
      "HTTP server",
      {{"io-threads", &s.server.io_threads, "Threads that own the connections.", Role::serve | Role::dev, bounds(1, 64)},
       {"reader-threads", &s.server.reader_threads, "Threads that answer GET and HEAD, each one request at a time.",
        Role::serve | Role::dev, bounds(1, 1024)},
       {"writer-threads", &s.server.writer_threads, "Threads that answer the other methods; those that wait at once share a commit.",
        Role::serve | Role::dev, bounds(1, 1024)},
       {"handler-queue-max", &s.server.handler_queue_max, "Requests that may wait for a reader, and for a writer; above: 503.", Role::serve,
        bounds(1, 1'000'000)},
       {"handler-queue-wait", &s.server.handler_queue_wait, "How long they may wait; above: 503.", Role::serve,
        bounds(Millis{100}, seconds{60})},
       {"connections-max", &s.server.connections_max,
        "Open connections; above, a new one takes the place of the longest idle, or gets 503.", Role::serve, bounds(1, 1'000'000)},
       {"body-bytes-max", &s.server.body_bytes_max, "Size of a request's body; above: 413.", Role::serve, bounds(1024, 64 * 1024 * 1024)},
       {"idle-timeout", &s.server.idle_timeout, "Idle connections are closed after this; must be above the load balancer's.", Role::serve,
        bounds(seconds{1}, seconds{3600})},
       {"read-timeout", &s.server.request_timeout, "From a request's first byte to its last; above: 408.", Role::serve,
        bounds(seconds{1}, seconds{600})},
       {"api-keys", &s.api_keys, "API keys beside those of the database: name=key, more of them after commas.", Role::serve},
       {"rate-limit", &s.api.rate_limit, "Requests per second of one API key, with a burst of one second's worth; above: 429. 0: no limit.",
        Role::serve, bounds(0, 1'000'000)},
       {"trusted-proxies", &s.server.trusted_proxies,
        "Addresses or CIDR blocks of the load balancers whose X-Forwarded-For names the client.", Role::serve, bounds(0, 64)}}};
}

}  // namespace bizcomms::app
