// The messages that this process received and has not answered yet. The one place that knows which receipts are stale.
//
// SQS is no judge of it: to a receipt handle that is not its message's latest it answers yes, and may have done nothing. moto answers yes
// and always does it; ElasticMQ refuses, but hides again what was visible by then. So what we know ourselves comes first:
// - a later receive of the same message here makes the receipt before it stale;
// - so does every answer that took effect: acked, released, given back;
// - past its visibility timeout, somebody else may have received it. Then it is neither extended nor given back. Acking it is tried: its
//   work is done, whoever has it by now.
// What is left to SQS: that a message is no longer in flight, or gone (its answer `refused`).
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "bizcomms/alert/queue.hpp"

namespace bizcomms::aws {

struct Holding {
  std::string message_id{};
  alert::Event event{};
  alert::Lane lane = alert::Lane::standard;  // whose queue it was received from
  int receives = 1;
  SteadyTime hidden_until{};
};

// Thread-safe.
class Holdings {
public:
  void add(const alert::Receipt& receipt, Holding holding, SteadyTime now);
  [[nodiscard]] std::optional<Holding> latest(const alert::Receipt& receipt) const;
  [[nodiscard]] std::optional<Holding> latest_hidden(const alert::Receipt& receipt, SteadyTime now) const;
  void extended(const alert::Receipt& receipt, SteadyTime hidden_until);
  void drop(const alert::Receipt& receipt);
  [[nodiscard]] std::size_t size() const;

private:
  void forget_old(SteadyTime now);

  mutable std::mutex m_mutex;  // guards all below
  std::map<alert::Receipt, Holding> m_holdings;
  std::map<std::string, alert::Receipt> m_latest;  // by message id
  SteadyTime m_forgot_at{};
};

}  // namespace bizcomms::aws
