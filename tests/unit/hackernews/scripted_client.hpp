// An HTTP client whose answers are written in the test, by method and URL; it keeps what was asked.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bizcomms/http/client.hpp"

namespace bizcomms::hackernews {

class ScriptedClient final : public http::Client {
public:
  // The answers to one request line in order; the last one stays.
  void script(const std::string& method_and_url, Result<http::ClientResponse> answer) {
    m_answers[method_and_url].push_back(std::move(answer));
  }
  void script(const std::string& method_and_url, int status, std::string body, http::Headers headers = {}) {
    script(method_and_url, http::ClientResponse{.status = status, .headers = std::move(headers), .body = std::move(body)});
  }
  void send(http::ClientRequest request, std::function<void(Result<http::ClientResponse>)> done) override {
    auto& answers = m_answers[request.method + " " + request.url];
    requests.push_back(std::move(request));
    if (answers.empty()) { return done(Error{.code = ErrorCode::unavailable, .message = "Nothing is scripted for this."}); }
    auto answer = answers.front();
    if (answers.size() > 1) { answers.pop_front(); }
    done(std::move(answer));
  }

  std::vector<http::ClientRequest> requests;

private:
  std::map<std::string, std::deque<Result<http::ClientResponse>>> m_answers;
};

}  // namespace bizcomms::hackernews
