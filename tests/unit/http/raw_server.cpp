#include "unit/http/raw_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "bizcomms/base/result.hpp"

namespace bizcomms::http {
namespace {

int listen_on_free_port(int& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(socket >= 0, "a socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  check(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(socket, 128) == 0, "a loopback port");
  check(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0, "the port's number");
  port = ntohs(address.sin_port);
  return socket;
}

std::size_t length_of_body(const std::string& head) {
  const std::string name = "Content-Length: ";
  const auto at = head.find(name);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

}  // namespace

std::string RawConnection::read_request() {
  for (;;) {
    if (const auto end = m_pending.find("\r\n\r\n"); end != std::string::npos) {
      const std::size_t whole = end + 4 + length_of_body(m_pending.substr(0, end));
      if (m_pending.size() >= whole) {
        std::string request = m_pending.substr(0, whole);
        m_pending.erase(0, whole);
        return request;
      }
    }
    char buffer[4096];
    const auto got = ::recv(m_socket, buffer, sizeof buffer, 0);
    if (got <= 0) { return {}; }
    m_pending.append(buffer, static_cast<std::size_t>(got));
  }
}

void RawConnection::write(const std::string& bytes) const { (void)::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

void RawConnection::answer(int status, const std::string& body) const {
  write("HTTP/1.1 " + std::to_string(status) + " Fine\r\nContent-Length: " + std::to_string(body.size()) + "\r\nX-Test: yes\r\n\r\n" +
        body);
}

void RawConnection::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void RawConnection::wait_for_close() {
  while (!read_request().empty()) {}
}

RawServer::RawServer(Script script) : m_script(std::move(script)), m_socket(listen_on_free_port(m_port)) {
  m_acceptor = std::jthread([this] { accept_all(); });
}

RawServer::~RawServer() {
  ::shutdown(m_socket, SHUT_RDWR);
  m_acceptor.join();
  ::close(m_socket);
  {
    const std::lock_guard lock(m_mutex);
    for (const int open : m_open) { ::shutdown(open, SHUT_RDWR); }
  }
  m_threads.clear();
}

std::string RawServer::url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(m_port) + path; }

void RawServer::accept_all() {
  for (;;) {
    const int socket = ::accept(m_socket, nullptr, nullptr);
    if (socket < 0) { return; }
    const int number = ++m_connections;
    const std::lock_guard lock(m_mutex);
    m_open.push_back(socket);
    m_threads.emplace_back([this, socket, number] {
      RawConnection connection(socket);
      m_script(connection, number);
      const std::lock_guard closing(m_mutex);
      std::erase(m_open, socket);
      ::close(socket);
    });
  }
}

int closed_port() {
  int port = 0;
  ::close(listen_on_free_port(port));
  return port;
}

}  // namespace bizcomms::http
