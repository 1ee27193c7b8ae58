// An HTTP client that answers by a script, at once and on the caller's thread, and keeps what it was asked.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bizcomms/http/client.hpp"

namespace bizcomms::twilio {

class ScriptedClient final : public http::Client {
public:
  using Script = std::function<Result<http::ClientResponse>(const http::ClientRequest&)>;

  ScriptedClient() = default;
  explicit ScriptedClient(Script script) : m_script(std::move(script)) {}
  void script(Script script) { m_script = std::move(script); }
  void answer(int status, const std::string& body, const http::Headers& headers = {}) {
    m_script = [=](const http::ClientRequest&) { return http::ClientResponse{status, headers, body}; };
  }
  void fail(const Error& error) {
    m_script = [=](const http::ClientRequest&) { return error; };
  }

  void send(http::ClientRequest request, std::function<void(Result<http::ClientResponse>)> done) override {
    if (request.url.empty()) { return done(Error{.code = ErrorCode::invalid, .message = "The URL has no host."}); }
    m_requests.push_back(request);
    if (request.may_leave && !request.may_leave()) {
      return done(Error{.code = ErrorCode::unavailable, .message = "The request was held back before it left."});
    }
    done(m_script(request));
  }

  [[nodiscard]] const std::vector<http::ClientRequest>& requests() const { return m_requests; }
  // The decoded form of the last request.
  [[nodiscard]] http::Parameters form() const { return http::parse_form(m_requests.back().body).value_or(http::Parameters{}); }

private:
  Script m_script;
  std::vector<http::ClientRequest> m_requests;
};

}  // namespace bizcomms::twilio
