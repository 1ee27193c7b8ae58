#include "bizcomms/db/listener.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace bizcomms::db {

namespace {

constexpr Millis k_between_tries{std::chrono::seconds{1}};

}  // namespace

Listener::Listener(ConnectionSettings settings, std::vector<std::string> channels, const Log& log)
    : m_settings(std::move(settings)), m_channels(std::move(channels)), m_log(log), m_wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  check(m_wake >= 0, "an eventfd can be had");
}

Listener::~Listener() { close(m_wake); }

Status Listener::connect() {
  auto opened = Connection::open(m_settings);
  if (!opened) { return opened.error(); }
  std::string script;
  for (const std::string& channel : m_channels) { script += "LISTEN " + channel + ";"; }
  const auto listening = (*opened)->script(script, Effect::reads);
  if (!listening) { return listening.error(); }
  m_connection = std::move(*opened);
  return {};
}

std::vector<std::string> Listener::wait(Millis wait, const std::stop_token& stop) {
  if (!m_connection) {
    const auto connected = connect();
    if (connected) { return m_channels; }
    m_log.debug("Cannot listen to the database.", {{"cause", connected.error().cause}});
    sleep_for(stop, std::min(wait, k_between_tries));
    return {};
  }
  const std::stop_callback on_stop(stop, [this] { eventfd_write(m_wake, 1); });
  std::array<pollfd, 2> waited{pollfd{.fd = m_connection->socket(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = m_wake, .events = POLLIN, .revents = 0}};
  if (poll(waited.data(), waited.size(), static_cast<int>(wait.count())) <= 0) { return {}; }
  auto channels = m_connection->notifications();
  if (!channels) {
    m_connection.reset();
    return {};
  }
  std::sort(channels->begin(), channels->end());
  channels->erase(std::unique(channels->begin(), channels->end()), channels->end());
  return std::move(*channels);
}

}  // namespace bizcomms::db
