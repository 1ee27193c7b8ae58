// Where calls and answers wait for the client's thread. Thread-safe. Shared with the callbacks of the HTTP client, one of which may still
// be leaving push() when the client has ended.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "aws/retry.hpp"
#include "bizcomms/aws/client.hpp"

namespace bizcomms::aws {

// A call on its way.
struct Job {
  Call call{};
  std::function<void(Result<Answer>)> done{};
  SteadyTime started{};
  Tries tries{};
  int cost_of_retry = 0;  // of the latest: success gives it back
  AccessKey key{};        // of the latest attempt
};

struct Arrival {
  std::shared_ptr<Job> job{};
  std::optional<Result<http::ClientResponse>> answer{};  // nothing: it is new, or has its key now
  SteadyTime at{};
  std::optional<Result<AccessKey>> key{};
};

class Inbox {
public:
  void push(Arrival arrival);
  void close();  // wakes whoever takes
  // What has come, in order. Waits for the first one, for a close() that `closed` does not know of, at most for `longest`.
  [[nodiscard]] std::vector<Arrival> take(Millis longest, bool& closed);

private:
  std::mutex m_mutex;  // guards the two below
  std::vector<Arrival> m_arrivals;
  bool m_closed = false;
  std::condition_variable m_changed;
};

}  // namespace bizcomms::aws
