// How fast each of our numbers may send, and how fast we may call: the worker's part of a budget that all workers share.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bizcomms/alert/rates.hpp"
#include "bizcomms/base/log.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::worker {

// Nought: no limit.
struct RateLimits {
  std::map<std::string, double> segments_per_second{};  // by our number or service; those that are absent have no limit
  double calls_per_second = 0;                          // of the account
};

// Thread-safe. A thread of its own, which ends with the object, fetches from the shared budget what was asked for and was not there.
class Permits {
public:
  Permits(const RateLimits& limits, alert::SenderRates& rates, const Log& log);

  // Whether a message of so many segments, or a call, may leave from that number now; takes what it needs if so. Never blocks: where there
  // is not enough it is being fetched, for whoever asks next.
  // While an urgent one waits for its permit, standard ones get none of that number.
  [[nodiscard]] bool take(const std::string& sender, alert::Channel channel, alert::Lane lane, int segments, SteadyTime now);
  // It was not used after all.
  void give_back(const std::string& sender, alert::Channel channel, int segments);

private:
  struct Stock {
    double per_second = 0;
    int segments = 0;
    SteadyTime asked_at{};  // what nobody has asked for since then grows stale
    std::optional<SteadyTime> urgent_refused_at{};
    int wanted[2] = {0, 0};  // by lane
  };
  void run(const std::stop_token& stop);
  [[nodiscard]] std::vector<alert::RateRequest> wanted();  // and it is no longer
  void fetch(const std::vector<alert::RateRequest>& requests);
  [[nodiscard]] bool any_wanted() const;

  alert::SenderRates& m_rates;
  const Log m_log;
  mutable std::mutex m_mutex;  // guards all below
  std::condition_variable_any m_wanted;
  std::map<std::string, Stock> m_stocks;
  bool m_failing = false;
  std::jthread m_thread;  // last: it uses all above
};

}  // namespace bizcomms::worker
