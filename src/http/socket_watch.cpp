#include "http/socket_watch.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "bizcomms/base/result.hpp"

namespace bizcomms::http {
namespace {

constexpr int k_events_max = 64;  // taken by one call

// Errors and hang-ups are left to libcurl to find.
int action_of(std::uint32_t events) {
  return ((events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) | ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
}

std::uint32_t events_of(int wanted) {
  return ((wanted & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((wanted & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
}

}  // namespace

SocketWatch::SocketWatch(CURLM* multi)
    : m_multi(multi), m_epoll(epoll_create1(EPOLL_CLOEXEC)), m_event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  check(m_epoll >= 0 && m_event >= 0, "there are descriptors for an HTTP client");
  epoll_event waking{.events = EPOLLIN, .data = {.fd = m_event}};
  check(epoll_ctl(m_epoll, EPOLL_CTL_ADD, m_event, &waking) == 0, "an event can be watched");
  curl_multi_setopt(m_multi, CURLMOPT_SOCKETFUNCTION, &SocketWatch::on_socket);
  curl_multi_setopt(m_multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(m_multi, CURLMOPT_TIMERFUNCTION, &SocketWatch::on_timer);
  curl_multi_setopt(m_multi, CURLMOPT_TIMERDATA, this);
}

SocketWatch::~SocketWatch() {
  curl_multi_setopt(m_multi, CURLMOPT_SOCKETFUNCTION, nullptr);
  curl_multi_setopt(m_multi, CURLMOPT_TIMERFUNCTION, nullptr);
  close(m_event);
  close(m_epoll);
}

// `known` is what curl_multi_assign() kept for this socket: set from its first watch on.
int SocketWatch::on_socket(CURL* /*easy*/, curl_socket_t socket, int wanted, void* self, void* known) {
  auto& watch = *static_cast<SocketWatch*>(self);
  watch.watch(socket, wanted, known != nullptr);
  if (known == nullptr && wanted != CURL_POLL_REMOVE) { curl_multi_assign(watch.m_multi, socket, self); }
  return 0;
}

// Only notes it: libcurl must not be driven from its own callback.
int SocketWatch::on_timer(CURLM* /*multi*/, long milliseconds, void* self) {
  auto& timer = static_cast<SocketWatch*>(self)->m_timer;
  timer.reset();
  if (milliseconds >= 0) { timer = std::chrono::steady_clock::now() + Millis{milliseconds}; }
  return 0;
}

void SocketWatch::watch(curl_socket_t socket, int wanted, bool known) const {
  epoll_event event{.events = events_of(wanted), .data = {.fd = socket}};
  if (wanted == CURL_POLL_REMOVE) {
    epoll_ctl(m_epoll, EPOLL_CTL_DEL, socket, &event);  // fails where it was closed before, which removed it
  } else if (epoll_ctl(m_epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) != 0) {
    epoll_ctl(m_epoll, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
  }
}

bool SocketWatch::run_timer() {
  if (!m_timer || *m_timer > std::chrono::steady_clock::now()) { return false; }
  m_timer.reset();
  int running = 0;
  curl_multi_socket_action(m_multi, CURL_SOCKET_TIMEOUT, 0, &running);
  return true;
}

Millis SocketWatch::until_timer(Millis limit) const {
  if (!m_timer) { return limit; }
  return std::clamp(std::chrono::ceil<Millis>(*m_timer - std::chrono::steady_clock::now()), Millis{0}, limit);
}

void SocketWatch::turn(Millis limit) {
  const bool acted = run_timer();
  std::array<epoll_event, k_events_max> events{};
  const int ready = epoll_wait(m_epoll, events.data(), k_events_max, acted ? 0 : static_cast<int>(until_timer(limit).count()));
  for (int i = 0; i < ready; ++i) {
    const epoll_event& event = events.at(static_cast<std::size_t>(i));
    if (event.data.fd == m_event) {
      eventfd_t woken = 0;
      eventfd_read(m_event, &woken);
      continue;
    }
    int running = 0;
    curl_multi_socket_action(m_multi, event.data.fd, action_of(event.events), &running);
  }
}

void SocketWatch::wake() const { eventfd_write(m_event, 1); }

}  // namespace bizcomms::http
