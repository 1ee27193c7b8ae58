// The HTTP client port, and its one engine: a single thread that keeps hundreds of requests in flight over libcurl's multi
// interface with keep-alive. TLS certificates are always verified.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/secret.hpp"
#include "bizcomms/http/message.hpp"

namespace bizcomms::http {

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  Headers headers = {};
  std::string body = {};
  std::string username = {};  // HTTP Basic where not empty
  Secret password = {};
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{15'000};  // the whole request, once it has a connection; it waits for one as long at most
  std::size_t body_bytes_max = std::size_t{4} * 1024 * 1024;  // of the answer; larger is an error
  bool urgent = false;                                        // before others for a connection; an eighth of all are kept for such
  bool direct = false;                                        // never through a proxy, whatever the environment's variables say
  // Called when the connection stands, before the first byte of the request leaves; false aborts, and nothing was sent.
  std::function<bool()> may_leave = {};
};

struct ClientResponse {
  int status = 0;
  Headers headers = {};
  std::string body = {};
};

// An HTTP answer of any status is a ClientResponse. Errors:
//   unavailable      nothing was sent: name, connection, TLS, may_leave said no, the engine is stopping
//   outcome_unknown  something may have been sent and no whole answer came: timeout, reset, answer too large. libcurl would resend
//                    on a reused connection that died before the first response byte; that resend is stopped and reported so too,
//                    except for GET and HEAD, which have no effect and are let through.
//   invalid          the URL or method cannot be used
class Client {
public:
  virtual ~Client() = default;
  // Never blocks. `done` runs exactly once, on the client's thread, and must only queue.
  virtual void send(ClientRequest request, std::function<void(Result<ClientResponse>)> done) = 0;
};

// Sends and waits. Not from the client's own thread.
[[nodiscard]] Result<ClientResponse> fetch(Client& client, ClientRequest request);

struct CurlSettings {
  int connections_max = 256;  // in all; a request above waits in the engine, urgent ones first
  std::string ca_file = {};   // default: the system's
};

// send() from any thread. The destructor aborts what is in flight (done is called with what is known) and joins.
class CurlClient final : public Client {
public:
  CurlClient(CurlSettings settings, const Log& log, Metrics& metrics);
  ~CurlClient() override;
  void send(ClientRequest request, std::function<void(Result<ClientResponse>)> done) override;

private:
  struct Hidden;
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms::http
