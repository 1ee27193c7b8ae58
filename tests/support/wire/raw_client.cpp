#include "support/wire/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace bizcomms::http {
namespace {

constexpr int k_wait_ms = 10'000;

bool ready(int socket, short events) {
  pollfd waiting{socket, events, 0};
  return poll(&waiting, 1, k_wait_ms) == 1;
}

bool is_named(std::string_view field, std::string_view name) {
  return field.size() == name.size() && strncasecmp(field.data(), name.data(), name.size()) == 0;
}

}  // namespace

std::string RawAnswer::field(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    const auto end = std::min(rest.find("\r\n"), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos && is_named(line.substr(0, colon), name)) { return std::string(line.substr(colon + 2)); }
  }
  return {};
}

RawClient::RawClient(const std::string& address) : m_socket(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto colon = address.rfind(':');
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1)));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &target.sin_addr);
  m_ended = connect(m_socket, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0;
}

RawClient::~RawClient() {
  if (m_socket >= 0) { close(m_socket); }
}

RawClient::RawClient(RawClient&& other) noexcept
    : m_socket(std::exchange(other.m_socket, -1)), m_received(std::move(other.m_received)), m_ended(other.m_ended) {}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!ready(m_socket, POLLOUT)) { return false; }
    const auto sent = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) { return false; }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::send_what_fits(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent <= 0) { return; }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawClient::receive() {
  if (m_ended || !ready(m_socket, POLLIN)) { return false; }
  std::array<char, 65'536> buffer{};
  const auto size = recv(m_socket, buffer.data(), buffer.size(), 0);
  m_ended = size <= 0;
  if (!m_ended) { m_received.append(buffer.data(), static_cast<std::size_t>(size)); }
  return !m_ended;
}

RawAnswer RawClient::answer(bool head_only) {
  std::size_t end = 0;
  while ((end = m_received.find("\r\n\r\n")) == std::string::npos) {
    if (!receive()) { return {}; }
  }
  RawAnswer answer;
  answer.head = m_received.substr(0, end + 2);
  m_received.erase(0, end + 4);
  answer.status = std::atoi(answer.head.substr(9, 3).c_str());
  const auto length = head_only ? std::size_t{0} : static_cast<std::size_t>(std::atoll(answer.field("Content-Length").c_str()));
  while (m_received.size() < length) {
    if (!receive()) { return {}; }
  }
  answer.body = m_received.substr(0, length);
  m_received.erase(0, length);
  return answer;
}

std::string RawClient::rest() {
  while (receive()) {}
  return std::exchange(m_received, {});
}

bool RawClient::closed() { return m_received.empty() && !receive() && m_ended; }

std::string get_request(const std::string& path, const std::string& fields) {
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

std::string post_request(const std::string& path, const std::string& body, const std::string& type) {
  return "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace bizcomms::http
