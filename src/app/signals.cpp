#include "app/signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>

#include "bizcomms/base/result.hpp"

namespace bizcomms::app {
namespace {

constexpr int k_killed_by_signal = 128;  // the shell's convention: 128 + signal

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Signals::Signals() {
  struct sigaction ignored = {};
  ignored.sa_handler = SIG_IGN;  // a closed connection is an error code, not an end
  ::sigaction(SIGPIPE, &ignored, nullptr);
  // A shell starts its background jobs with SIGINT ignored, and an ignored signal never reaches signalfd.
  struct sigaction usual = {};
  usual.sa_handler = SIG_DFL;
  ::sigaction(SIGINT, &usual, nullptr);
  ::sigaction(SIGTERM, &usual, nullptr);
  const sigset_t set = watched();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  m_wake = ::eventfd(0, EFD_CLOEXEC);
  check(m_wake >= 0, "eventfd");
  m_watcher = std::jthread([this](const std::stop_token& ended) { watch(ended); });
}

Signals::~Signals() {
  m_watcher.request_stop();
  ::eventfd_write(m_wake, 1);
  m_watcher.join();
  ::close(m_wake);
}

void Signals::watch(const std::stop_token& ended) {
  const sigset_t set = watched();
  const int signals = ::signalfd(-1, &set, SFD_CLOEXEC);
  check(signals >= 0, "signalfd");
  while (!ended.stop_requested()) {
    std::array<pollfd, 2> waiting{{{signals, POLLIN, 0}, {m_wake, POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) { continue; }
    signalfd_siginfo info = {};
    if ((waiting[0].revents & POLLIN) == 0 || ::read(signals, &info, sizeof info) != sizeof info) { continue; }
    if (m_stop.stop_requested()) { std::_Exit(k_killed_by_signal + static_cast<int>(info.ssi_signo)); }
    m_stop.request_stop();
  }
  ::close(signals);
}

void Signals::wait() const {
  std::mutex mutex;
  std::condition_variable_any asked;
  std::unique_lock lock(mutex);
  asked.wait(lock, m_stop.get_token(), [] { return false; });
}

}  // namespace bizcomms::app
