// SIGTERM and SIGINT: the first asks for a clean stop, the second ends the process at once.
#pragma once

#include <stop_token>
#include <thread>

#include "bizcomms/base/time.hpp"

namespace bizcomms::app {

// To be made before any other thread, so that all of them inherit the blocked signals. One per process.
class Signals {
public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  [[nodiscard]] std::stop_token stopping() const { return m_stop.get_token(); }
  // Blocks until a stop is asked for, by a signal or by ask_to_stop().
  void wait() const;
  void ask_to_stop() { m_stop.request_stop(); }

private:
  void watch(const std::stop_token& ended);

  std::stop_source m_stop;
  int m_wake = -1;  // eventfd: the destructor's word to the watcher
  std::jthread m_watcher;
};

}  // namespace bizcomms::app
