#include "drill/line.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "support/loopback.hpp"

namespace bizcomms::drill {
namespace {

using std::chrono::steady_clock;
using test::write_all;

constexpr std::size_t k_buffer = 65'536;
constexpr int k_look_ms = 20;  // how soon a stop or a cut is noticed

std::string received(int from) {
  std::string bytes(k_buffer, '\0');
  const auto got = recv(from, bytes.data(), bytes.size(), 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

}  // namespace

struct Line::Passage {
  int client = -1;
  int server = -1;
  std::deque<std::pair<steady_clock::time_point, std::string>> held{};  // when it is to arrive
  [[nodiscard]] int wait_ms() const {
    if (held.empty()) { return k_look_ms; }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(held.front().first - steady_clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, k_look_ms));
  }
};

Line::Line() : m_listener(test::new_socket()), m_port(test::bind_free(m_listener)) {
  if (listen(m_listener, 64) != 0) { throw std::runtime_error("no free port"); }
  m_acceptor = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
}

Line::~Line() {
  m_acceptor.request_stop();
  m_acceptor.join();
  close(m_listener);
}

void Line::cut() {
  m_upstream = 0;
  ++m_cuts;
}

void Line::accept_all(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd wanted{m_listener, POLLIN, 0};
    if (poll(&wanted, 1, k_look_ms) <= 0) { continue; }
    const int client = accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) { continue; }
    m_connections.emplace_back([this, client](const std::stop_token& ended) { serve(client, ended); });
  }
  m_connections.clear();  // stops and joins
}

void Line::serve(int client, const std::stop_token& stop) {
  const int cuts = m_cuts;
  const int upstream = m_upstream;
  Passage passage{.client = client, .server = test::new_socket()};
  bool open = upstream != 0 && test::connect_to(passage.server, upstream);
  while (open && m_cuts == cuts && !stop.stop_requested()) { open = carry(passage); }
  test::close_with_reset(passage.server);
  test::close_with_reset(client);
}

// False where one end has closed.
bool Line::carry(Passage& passage) {
  std::array<pollfd, 2> ends{pollfd{passage.client, POLLIN, 0}, pollfd{passage.server, POLLIN, 0}};
  static_cast<void>(poll(ends.data(), ends.size(), passage.wait_ms()));
  if (ends[0].revents != 0) {
    const auto bytes = received(passage.client);
    if (bytes.empty() || !write_all(passage.server, bytes)) { return false; }
  }
  if (ends[1].revents != 0) {
    auto bytes = received(passage.server);
    if (bytes.empty()) { return false; }
    passage.held.emplace_back(steady_clock::now() + Millis{m_lag_ms}, std::move(bytes));
  }
  while (!passage.held.empty() && passage.held.front().first <= steady_clock::now()) {
    if (!write_all(passage.client, passage.held.front().second)) { return false; }
    passage.held.pop_front();
  }
  return true;
}

}  // namespace bizcomms::drill
