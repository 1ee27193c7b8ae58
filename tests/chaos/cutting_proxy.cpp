#include "chaos/cutting_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "support/loopback.hpp"

namespace bizcomms::chaos {
namespace {

using test::close_with_reset;
using test::write_all;

constexpr std::size_t k_buffer = 16'384;
constexpr int k_look_ms = 20;  // how soon a stop or an outage is noticed

int port_of(const std::string& address) { return std::stoi(address.substr(address.rfind(':') + 1)); }

}  // namespace

struct CuttingProxy::Ends {
  int client = -1;
  int server = -1;
  std::optional<std::size_t> cut_after = {};  // of the answer under way
  bool resets = false;                        // instead of a plain end
};

CuttingProxy::CuttingProxy(const std::string& upstream)
    : m_upstream(port_of(upstream)), m_listener(test::new_socket()), m_port(test::bind_free(m_listener)) {
  if (listen(m_listener, 64) != 0) { throw std::runtime_error("no free port"); }
  m_acceptor = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
}

CuttingProxy::~CuttingProxy() {
  m_acceptor.request_stop();
  m_acceptor.join();
  close(m_listener);
}

std::string CuttingProxy::url() const { return "http://127.0.0.1:" + std::to_string(m_port); }

void CuttingProxy::cut_answers_after(std::vector<std::size_t> bytes) {
  const std::scoped_lock lock(m_mutex);
  m_cuts.assign(bytes.begin(), bytes.end());
}

std::size_t CuttingProxy::cuts_left() const {
  const std::scoped_lock lock(m_mutex);
  return m_cuts.size();
}

void CuttingProxy::accept_all(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd wanted{m_listener, POLLIN, 0};
    if (poll(&wanted, 1, k_look_ms) <= 0) { continue; }
    const int client = accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) { continue; }
    if (m_down) {
      close_with_reset(client);
      continue;
    }
    m_connections.emplace_back([this, client](const std::stop_token& ended) { serve(client, ended); });
  }
  m_connections.clear();  // stops and joins
}

void CuttingProxy::serve(int client, const std::stop_token& stop) {
  Ends ends{.client = client, .server = test::new_socket()};
  bool open = test::connect_to(ends.server, m_upstream);
  while (open && !stop.stop_requested()) {
    if (m_down) {
      ends.resets = true;
      ++m_resets;
      break;
    }
    std::array<pollfd, 2> sides{pollfd{ends.client, POLLIN, 0}, pollfd{ends.server, POLLIN, 0}};
    if (poll(sides.data(), sides.size(), k_look_ms) <= 0) { continue; }
    if (sides[1].revents != 0) { open = carry_answer(ends); }
    if (open && sides[0].revents != 0) { open = carry_request(ends); }
  }
  close(ends.server);
  ends.resets ? close_with_reset(ends.client) : static_cast<void>(close(ends.client));
}

bool CuttingProxy::carry_request(Ends& ends) {
  std::array<char, k_buffer> buffer{};
  const auto got = recv(ends.client, buffer.data(), buffer.size(), 0);
  if (got <= 0) { return false; }
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  if (bytes.starts_with("POST ")) {
    ++m_posts;
    const std::scoped_lock lock(m_mutex);
    if (!m_cuts.empty()) {
      ends.cut_after = m_cuts.front();
      ends.resets = m_cuts.size() % 2 == 0;
      m_cuts.pop_front();
    }
  }
  return write_all(ends.server, bytes);
}

// Once its first byte is here, the request has been handled.
bool CuttingProxy::carry_answer(Ends& ends) {
  std::array<char, k_buffer> buffer{};
  const auto got = recv(ends.server, buffer.data(), buffer.size(), 0);
  if (got <= 0) { return false; }
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  if (!ends.cut_after) { return write_all(ends.client, bytes); }
  const bool is_cut = bytes.size() >= *ends.cut_after;
  static_cast<void>(write_all(ends.client, bytes.substr(0, *ends.cut_after)));
  *ends.cut_after -= std::min(bytes.size(), *ends.cut_after);
  return !is_cut;
}

}  // namespace bizcomms::chaos
