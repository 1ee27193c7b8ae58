// Drives a multi handle of libcurl by epoll: a request in flight costs nothing while nothing happens to it, where curl_multi_perform()
// asks for each of them in every round.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <optional>

#include "bizcomms/base/time.hpp"

namespace bizcomms::http {

// Of one thread, but for wake().
class SocketWatch {
public:
  explicit SocketWatch(CURLM* multi);  // takes the handle's socket and timer callbacks; goes after the last request and before the handle
  ~SocketWatch();
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  // Lets libcurl act on whatever has happened. Where nothing has, waits for it, at most for `limit`.
  void turn(Millis limit);
  void wake() const;  // the waiting of turn(), if any, is over; else the next one will not wait. From any thread

private:
  static int on_socket(CURL* easy, curl_socket_t socket, int wanted, void* self, void* known);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  void watch(curl_socket_t socket, int wanted, bool known) const;
  [[nodiscard]] bool run_timer();
  [[nodiscard]] Millis until_timer(Millis limit) const;

  CURLM* m_multi;
  int m_epoll;
  int m_event;  // an eventfd: what wake() writes to
  std::optional<std::chrono::steady_clock::time_point> m_timer;
};

}  // namespace bizcomms::http
