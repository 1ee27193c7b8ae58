// An HTTP client in the receiver's place: answers by a script, and keeps what it was sent.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "bizcomms/http/client.hpp"
#include "bizcomms/json/reader.hpp"

namespace bizcomms::telemetry {

// Thread-safe. Answers with 200 where the script has come to its end.
class Receiver final : public http::Client {
public:
  using Done = std::function<void(Result<http::ClientResponse>)>;

  void answer(Result<http::ClientResponse> next) {
    const std::scoped_lock lock(m_mutex);
    m_script.push_back(std::move(next));
  }
  void fall_silent() {
    const std::scoped_lock lock(m_mutex);
    m_silent = true;
  }

  void send(http::ClientRequest request, Done done) override {
    Result<http::ClientResponse> next = http::ClientResponse{.status = 200, .body = "{}"};
    {
      const std::scoped_lock lock(m_mutex);
      m_requests.push_back(std::move(request));
      m_came.notify_all();
      if (m_silent) { return; }
      if (!m_script.empty()) {
        next = std::move(m_script.front());
        m_script.pop_front();
      }
    }
    done(std::move(next));
  }

  // Waits until so many have come; nothing else is waited for.
  std::vector<http::ClientRequest> requests(std::size_t count) {
    std::unique_lock lock(m_mutex);
    m_came.wait_for(lock, std::chrono::seconds{20}, [&] { return m_requests.size() >= count; });
    return m_requests;
  }

private:
  std::mutex m_mutex;  // guards all below
  std::condition_variable m_came;
  bool m_silent = false;
  std::deque<Result<http::ClientResponse>> m_script;
  std::vector<http::ClientRequest> m_requests;
};

inline std::size_t spans_in(const http::ClientRequest& request) {
  const auto document = json::Document::parse(request.body);
  if (!document) { return 0; }
  return document->root()["resourceSpans"].elements().at(0)["scopeSpans"].elements().at(0)["spans"].elements().size();
}

}  // namespace bizcomms::telemetry
