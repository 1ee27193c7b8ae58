// A client that sends exactly the bytes it is told to. Waits at most ten seconds for anything.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bizcomms::http {

struct RawAnswer {
  int status = 0;  // 0: the connection ended instead
  std::string head;
  std::string body;
  [[nodiscard]] std::string field(std::string_view name) const;  // empty when there is none
};

class RawClient {
public:
  explicit RawClient(const std::string& address);  // "127.0.0.1:1234"
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  RawClient& operator=(RawClient&&) = delete;

  bool send(std::string_view bytes);            // false once the other side has gone
  void send_what_fits(std::string_view bytes);  // until the other side does not take more for now
  RawAnswer answer(bool head_only = false);     // the next one
  RawAnswer ask(std::string_view bytes) { return send(bytes), answer(); }
  std::string rest();           // all that comes until the other side closes
  [[nodiscard]] bool closed();  // waits for the other side to close without a byte more

private:
  bool receive();  // false at the end or after the limit

  int m_socket = -1;
  std::string m_received;
  bool m_ended = false;
};

// "GET /path" with a Host.
[[nodiscard]] std::string get_request(const std::string& path, const std::string& fields = "");
[[nodiscard]] std::string post_request(const std::string& path, const std::string& body, const std::string& type = "application/json");

}  // namespace bizcomms::http
