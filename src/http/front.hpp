// Owns the listening socket, the connections and their deadlines.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "bizcomms/base/log.hpp"
#include "bizcomms/base/metrics.hpp"
#include "bizcomms/base/result.hpp"
#include "bizcomms/base/time.hpp"
#include "http/dispatcher.hpp"
#include "http/handler_pool.hpp"

namespace bizcomms::http {

// start(), drain() and stop() from one thread.
class Front {
public:
  Front(const ServerSettings& settings, const Log& log, Metrics& metrics, const Clock& clock, const Dispatcher& dispatcher,
        HandlerPools& pools);
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  [[nodiscard]] Status start();
  [[nodiscard]] const std::string& address() const;
  // As Server::drain, without the stop().
  int drain(std::chrono::milliseconds limit);
  // Also stops the pools, whose jobs are connections of this front.
  void stop();

private:
  struct Hidden;
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms::http
